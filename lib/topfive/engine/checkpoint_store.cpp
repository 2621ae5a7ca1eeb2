#include "topfive/engine/checkpoint_store.h"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <limits>
#include <set>
#include <string_view>
#include <tuple>
#include <utility>

#include <unistd.h>

#include "topfive/base/error.h"
#include "topfive/base/file_descriptor.h"
#include "topfive/base/files.h"
#include "topfive/base/log.h"

namespace topfive::engine {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kPrefix = "step-";
constexpr const char* kWritingPrefix = ".writing-";
constexpr const char* kRemovingPrefix = ".removing-";
constexpr const char* kDamagedPrefix = "damaged-";
constexpr const char* kTemporaryPrefix = ".topfive-";  // of base::replace_symlink()

bool is_leftover(const std::string& name) {
  return name.starts_with(kWritingPrefix) || name.starts_with(kRemovingPrefix) || name.starts_with(kTemporaryPrefix);
}

std::int64_t number_in(std::string_view digits) {
  std::int64_t number = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), number);
  return number;
}

// "step-00000120.2" -> (120, 2)
std::pair<std::int64_t, std::int64_t> step_and_suffix(const std::string& name) {
  const std::string_view numbers = std::string_view(name).substr(kPrefix.size());
  const auto dot = numbers.find('.');
  if (dot == std::string_view::npos) return {number_in(numbers), 0};
  return {number_in(numbers.substr(0, dot)), number_in(numbers.substr(dot + 1))};
}

// Empty where it cannot be read: that is for verify_checkpoint() to judge.
std::optional<Manifest> manifest_or_none(const fs::path& checkpoint, base::FileSystem& files) {
  try {
    return read_manifest(checkpoint, files);
  } catch (const base::UserError&) {
    return std::nullopt;
  }
}

}  // namespace

struct CheckpointStore::Stored {
  fs::path path;
  std::optional<Manifest> manifest;

  std::string name() const { return path.filename().string(); }
  // One whose manifest is damaged counts as the newest: it is looked at first, and the user hears of it.
  auto age() const {
    const auto sequence = manifest ? manifest->sequence : std::numeric_limits<std::uint64_t>::max();
    return std::tuple_cat(std::tuple(sequence), step_and_suffix(name()));
  }
};

CheckpointStore::CheckpointStore(fs::path directory, base::FileSystem& files)
    : directory_(std::move(directory)), files_(files) {
  base::create_writable_directory(directory_, files_);
  for (const auto& entry : base::list_directory(directory_, files_)) {
    if (is_leftover(entry.name)) base::remove_tree(directory_ / entry.name, files_);
  }
}

fs::path CheckpointStore::commit(std::int64_t step, const Fill& fill, const CommitOptions& options) {
  const auto path = write(step, fill, options);
  point_links(path, options.is_best);
  try {
    remove_old(options);
  } catch (const base::UserError& error) {
    base::log_warning("old checkpoints stay: " + std::string(error.what()));
  }
  return path;
}

fs::path CheckpointStore::write(std::int64_t step, const Fill& fill, const CommitOptions& options) {
  const auto temporary = directory_ / (kWritingPrefix + std::to_string(getpid()));
  const auto target = free_name(step);
  const auto all = stored();
  std::uint64_t sequence = 0;
  for (const auto& other : all) sequence = std::max(sequence, other.manifest ? other.manifest->sequence + 1 : 0);
  try {
    base::remove_tree(temporary, files_);
    if (base::uninterrupted([&] { return files_.make_directory(temporary); }) != 0) {
      base::throw_system_error(base::ExitCode::kCannotCreate, "create directory", temporary, errno);
    }
    CheckpointFiles written(temporary, files_);
    fill(written);
    written.add(kManifestName, dump_manifest({sequence, options.top1_error, written.entries()}));
    base::sync_directory(temporary, files_);
    base::rename_entry(temporary, target, files_);
    base::sync_directory(directory_, files_);
  } catch (...) {
    base::remove_tree(temporary, files_);
    throw;
  }
  return target;
}

void CheckpointStore::point_links(const fs::path& checkpoint, bool is_best) {
  base::replace_symlink(directory_ / "last", checkpoint.filename(), files_);
  if (is_best) base::replace_symlink(directory_ / "best", checkpoint.filename(), files_);
  base::sync_directory(directory_, files_);
}

// A second checkpoint at one step (before and after an evaluation) gets a suffix, so nothing is ever overwritten.
fs::path CheckpointStore::free_name(std::int64_t step) const {
  char stem[32];
  std::snprintf(stem, sizeof stem, "step-%08lld", static_cast<long long>(step));
  fs::path name = directory_ / stem;
  for (int suffix = 1; base::entry_exists(name, files_); ++suffix) {
    name = directory_ / (std::string(stem) + "." + std::to_string(suffix));
  }
  return name;
}

std::vector<CheckpointStore::Stored> CheckpointStore::stored() const {
  std::vector<Stored> found;
  for (const auto& entry : base::list_directory(directory_, files_)) {
    if (entry.kind != base::EntryKind::kDirectory || !entry.name.starts_with(kPrefix)) continue;
    found.push_back({directory_ / entry.name, manifest_or_none(directory_ / entry.name, files_)});
  }
  std::sort(found.begin(), found.end(), [](const Stored& a, const Stored& b) { return a.age() < b.age(); });
  return found;
}

void CheckpointStore::remove_old(const CommitOptions& options) {
  auto all = stored();
  // Nobody can say what one with an unreadable manifest is worth; the next resume looks at it.
  std::erase_if(all, [](const Stored& one) { return !one.manifest; });
  std::set<std::string> kept;
  for (const auto* link : {"last", "best"}) {
    fs::path target;
    if (files_.read_link(directory_ / link, target) == 0) kept.insert(target.string());
  }
  const auto num_newest = std::min(all.size(), static_cast<std::size_t>(options.keep));
  for (auto one = all.end() - static_cast<std::ptrdiff_t>(num_newest); one != all.end(); ++one) {
    kept.insert(one->name());
  }
  auto evaluated = all;
  std::erase_if(evaluated, [](const Stored& one) { return !one.manifest->top1_error; });
  std::stable_sort(evaluated.begin(), evaluated.end(),
                   [](const Stored& a, const Stored& b) { return *a.manifest->top1_error < *b.manifest->top1_error; });
  for (std::size_t i = 0; i < std::min(evaluated.size(), static_cast<std::size_t>(options.keep_best)); ++i) {
    kept.insert(evaluated[i].name());
  }
  std::vector<fs::path> old;
  for (const auto& one : all) {
    if (!kept.contains(one.name())) old.push_back(one.path);
  }
  remove(old);
}

// Taken out of sight first, so that a power loss in between never shows half of one under its name.
void CheckpointStore::remove(const std::vector<fs::path>& checkpoints) {
  std::vector<fs::path> hidden;
  for (const auto& path : checkpoints) {
    hidden.push_back(directory_ / (kRemovingPrefix + path.filename().string()));
    base::rename_entry(path, hidden.back(), files_);
  }
  if (hidden.empty()) return;
  base::sync_directory(directory_, files_);
  for (const auto& path : hidden) {
    if (!base::remove_tree(path, files_)) base::log_warning("cannot remove all of " + path.string());
  }
}

std::optional<fs::path> CheckpointStore::newest_valid() {
  const auto all = stored();
  if (all.empty()) return std::nullopt;
  std::vector<fs::path> damaged;
  for (auto one = all.rbegin(); one != all.rend(); ++one) {
    try {
      verify_checkpoint(one->path, files_);
      for (const auto& path : damaged) set_aside(path);
      return one->path;
    } catch (const base::UserError& error) {
      base::log_warning(std::string(error.what()) + "; trying the one before it");
      // One that cannot be read now may be whole.
      if (error.code() == base::ExitCode::kBadData) damaged.push_back(one->path);
    }
  }
  // They keep their names, or a second try would find an empty store and start the run anew.
  throw base::UserError(base::ExitCode::kBadData, directory_.string() + ": none of the " + std::to_string(all.size()) +
                                                      " checkpoints is whole; start again with another --out");
}

// Where that is not possible, it is skipped once more next time.
void CheckpointStore::set_aside(const fs::path& checkpoint) {
  const auto aside = directory_ / (kDamagedPrefix + checkpoint.filename().string());
  base::uninterrupted([&] { return files_.rename(checkpoint, aside); });
}

bool CheckpointStore::empty() const { return stored().empty(); }

fs::path resolve_checkpoint(const fs::path& named) {
  for (const auto& candidate : {named, named / "checkpoints/last", named / "last"}) {
    if (fs::exists(candidate / kManifestName)) return fs::canonical(candidate);
  }
  const std::string reason = fs::exists(named) ? "holds no checkpoint" : "no such directory";
  throw base::UserError(
      base::ExitCode::kInputMissing,
      named.string() + ": " + reason + "; name a run directory (train --out), or a folder in its checkpoints");
}

}  // namespace topfive::engine
