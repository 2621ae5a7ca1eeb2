#include "topfive/dataset/pack_state.h"

#include <array>
#include <cstdio>
#include <system_error>
#include <utility>

#include "topfive/base/error.h"
#include "topfive/data/printable.h"

namespace topfive::dataset {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;
using base::ExitCode;
using base::UserError;

constexpr std::uint64_t kMaxNoteBytes = std::uint64_t{256} << 20U;
constexpr const char* kSummaryName = "pack.json";

[[noreturn]] void refuse(const fs::path& out, const std::string& why) {
  throw UserError(ExitCode::kCannotCreate,
                  data::printable(out.string()) + ": " + why + "; choose another --out or empty this one");
}

[[noreturn]] void fail_note(const fs::path& note) {
  throw UserError(ExitCode::kBadData, data::printable(note.string()) + ": damaged; remove the directory and pack anew");
}

// An object, or nothing for any other text.
Json parse_object(const std::string& text) {
  Json json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  return json.is_object() ? json : Json();
}

std::optional<std::int64_t> integer_at(const Json& json, const char* key) {
  const auto entry = json.find(key);
  if (entry == json.end() || !entry->is_number_integer()) return std::nullopt;
  const auto value = entry->get<std::int64_t>();
  return value >= 0 ? std::optional(value) : std::nullopt;
}

ShardNote parse_note(const fs::path& path) {
  const Json json = parse_object(base::read_text_file(path, kMaxNoteBytes));
  const auto begin = integer_at(json, "begin");
  const auto end = integer_at(json, "end");
  const auto bytes = integer_at(json, "bytes");
  const auto skipped = json.find("skipped");
  if (!begin || !end || !bytes || *end < *begin || skipped == json.end() || !skipped->is_array()) fail_note(path);
  ShardNote note{*begin, *end, static_cast<std::uint64_t>(*bytes), {}};
  for (const Json& name : *skipped) {
    if (!name.is_string()) fail_note(path);
    note.skipped.push_back(name.get<std::string>());
  }
  return note;
}

std::string dump(const Json& json) { return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n"; }

// Only the work directory of a packing that died before it wrote its settings.
bool holds_nothing_else(const fs::path& out, const fs::path& work_dir) {
  for (const auto& entry : fs::directory_iterator(out)) {
    if (entry.path() != work_dir) return false;
  }
  return true;
}

}  // namespace

std::string shard_name(const std::string& split, std::size_t number) {
  std::array<char, 32> digits{};
  std::snprintf(digits.data(), digits.size(), "-%06zu.tar", number);
  return split + digits.data();
}

PackState::PackState(fs::path out, Json settings)
    : out_(std::move(out)), work_dir_(out_ / ".pack"), settings_(std::move(settings)) {
  base::create_writable_directory(out_);
  if (!fs::exists(out_ / kSummaryName) && !holds_nothing_else(out_, work_dir_)) {
    refuse(out_, "holds other files than those of a packing");
  }
  base::create_writable_directory(work_dir_);
  lock_ = std::make_unique<base::FileLock>(work_dir_ / "lock");
  read_or_begin();
}

void PackState::read_or_begin() {
  const fs::path summary = out_ / kSummaryName;
  if (!fs::exists(summary)) {
    write_summary(false, Json::object());
    return;
  }
  const Json json = parse_object(base::read_text_file(summary, kMaxNoteBytes));
  if (json.value("settings", Json()) != settings_) {
    refuse(out_, "holds shards of other data or with other settings (" + std::string(kSummaryName) + ")");
  }
  complete_ = json.value("complete", Json()) == true;
  // A packing may have died between its last word and clearing up.
  if (complete_) remove_work();
}

void PackState::write_summary(bool complete, const Json& summary) const {
  Json json = {{"format", 1}, {"complete", complete}, {"settings", settings_}};
  json.update(summary);
  base::write_file_atomically(out_ / kSummaryName, dump(json));
}

fs::path PackState::note_path(const std::string& split, std::size_t number) const {
  return work_dir_ / (shard_name(split, number) + ".json");
}

fs::path PackState::part_path(const std::string& split, std::size_t number) const {
  return work_dir_ / (shard_name(split, number) + ".index");
}

fs::path PackState::rows_path(const std::string& split, std::size_t number) const {
  return work_dir_ / (shard_name(split, number) + ".rows");
}

std::optional<ShardNote> PackState::finished(const std::string& split, std::size_t number) const {
  std::error_code error;
  const fs::path note = note_path(split, number);
  if (!fs::exists(note, error) || !fs::exists(part_path(split, number), error)) return std::nullopt;
  ShardNote read = parse_note(note);
  const std::uint64_t size = fs::file_size(out_ / shard_name(split, number), error);
  if (error || size != read.bytes) return std::nullopt;
  return read;
}

data::SampleIndex PackState::part_of(const std::string& split, std::size_t number) const {
  try {
    return data::read_sample_index(part_path(split, number));
  } catch (const data::IndexError&) {
    fail_note(part_path(split, number));
  }
}

void PackState::keep(const std::string& split, std::size_t number, const ShardNote& note, const data::SampleIndex& part,
                     const std::string& dali_index) const {
  const std::string name = shard_name(split, number);
  data::write_sample_index(part_path(split, number), part);
  base::write_file_atomically(out_ / fs::path(name).replace_extension(".idx"), dali_index);
  const Json json = {{"begin", note.begin}, {"end", note.end}, {"bytes", note.bytes}, {"skipped", note.skipped}};
  base::write_file_atomically(note_path(split, number), dump(json));
  std::error_code error;
  fs::rename(work_dir_ / name, out_ / name, error);
  if (error) {
    throw UserError(ExitCode::kCannotCreate, data::printable((out_ / name).string()) + ": " + error.message());
  }
  base::sync_directory(out_);
}

void PackState::drop_from(const std::string& split, std::size_t number) const {
  std::error_code ignored;
  std::vector<fs::path> stale;
  const std::string first = shard_name(split, number);
  for (const fs::path& directory : {out_, work_dir_}) {
    for (const auto& entry : fs::directory_iterator(directory)) {
      const std::string name = entry.path().filename().string();
      // Numbers have six digits, so the order of the texts is theirs.
      const bool of_split = name.starts_with(split + "-") && name.size() >= first.size();
      if (of_split && name.compare(0, first.size() - 4, first, 0, first.size() - 4) >= 0) stale.push_back(entry.path());
    }
  }
  for (const fs::path& path : stale) fs::remove(path, ignored);
}

void PackState::complete(const Json& summary) {
  write_summary(true, summary);
  complete_ = true;
  remove_work();
}

void PackState::remove_work() {
  lock_.reset();
  std::error_code ignored;
  fs::remove_all(work_dir_, ignored);
}

}  // namespace topfive::dataset
