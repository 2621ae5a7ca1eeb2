#include "topfive/data/shards.h"

#include <algorithm>
#include <cctype>
#include <optional>

#include "topfive/base/error.h"
#include "topfive/base/log.h"
#include "topfive/base/text.h"
#include "topfive/data/class_list.h"
#include "topfive/data/index_cache.h"
#include "topfive/data/parallel.h"
#include "topfive/data/printable.h"
#include "topfive/data/tar_reader.h"

namespace topfive::data {
namespace {

namespace fs = std::filesystem;
using base::ExitCode;
using base::UserError;

// More threads than cores: walking an archive is waiting for the disk.
constexpr int kWalkers = 16;

struct ShardSample {
  std::string name;  // of the picture's file
  std::uint64_t offset = 0;
  std::uint64_t size = 0;
  std::uint32_t label = 0;
};

// What one shard holds.
struct ShardContent {
  FileStamp stamp;
  std::vector<ShardSample> samples;
  std::uint64_t passed_over = 0;
};

struct KeyAndExtension {
  std::string key;
  std::string extension;  // in lower case
};

// Nothing for a file that belongs to no sample: webdataset passes over the same ones.
std::optional<KeyAndExtension> split_name(const std::string& name) {
  const std::size_t slash = name.rfind('/');
  const std::size_t base = slash == std::string::npos ? 0 : slash + 1;
  const std::size_t dot = name.find('.', base);
  if (dot == std::string::npos || dot == base) return std::nullopt;
  KeyAndExtension parts{name.substr(0, dot), name.substr(dot + 1)};
  for (char& c : parts.extension) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return parts;
}

// Collects the files of one sample after the other.
class ShardWalk {
 public:
  explicit ShardWalk(const RecordFile& file) : file_(file), reader_(file) {}

  ShardContent run() {
    content_.stamp = file_.stamp();
    while (const auto member = reader_.next()) add(*member);
    end_sample();
    return std::move(content_);
  }

 private:
  void add(const TarMember& member) {
    const auto parts = split_name(member.name);
    if (!parts) {
      ++content_.passed_over;
      return;
    }
    if (parts->key != key_) {
      end_sample();
      key_ = parts->key;
    }
    const std::string& extension = parts->extension;
    if (extension == "cls") {
      take_label(member);
    } else if (extension == "jpg" || extension == "jpeg" || extension == "png") {
      if (picture_) fail(member, "a second picture of the sample");
      picture_ = member;
    } else {
      ++content_.passed_over;
    }
  }
  void take_label(const TarMember& member) {
    constexpr std::size_t kMaxLabelBytes = 64;
    if (label_) fail(member, "a second label of the sample");
    label_ = parse_label(reader_.content(member, kMaxLabelBytes));
    if (!label_) fail(member, "the label is no number from 0 to 999,999");
    label_member_ = member;
  }
  void end_sample() {
    if (picture_ && !label_) fail(*picture_, "a picture without its label (" + printable(key_) + ".cls)");
    if (label_ && !picture_) fail(label_member_, "a label without its picture (jpg, jpeg or png)");
    if (picture_) {
      if (picture_->size == 0 || picture_->size > kMaxRecordBytes) fail(*picture_, "the picture is empty or too large");
      content_.samples.push_back({picture_->name, picture_->offset, picture_->size, *label_});
    }
    picture_.reset();
    label_.reset();
  }
  [[noreturn]] void fail(const TarMember& member, const std::string& what) const {
    throw UserError(ExitCode::kBadData, file_.name() + ": " + printable(member.name) + " at byte " +
                                            base::with_thousands(static_cast<long long>(member.offset)) + ": " + what +
                                            "; write the shard anew");
  }

  const RecordFile& file_;
  TarReader reader_;
  ShardContent content_;
  std::string key_;
  std::optional<TarMember> picture_;
  std::optional<std::uint32_t> label_;
  TarMember label_member_;
};

std::vector<std::string> list_tars(const fs::path& data_dir, const std::string& folder, const std::string& prefix) {
  std::vector<std::string> names;
  std::error_code error;
  for (fs::directory_iterator entry(data_dir / folder, error), end; !error && entry != end; entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    const bool fits = name.starts_with(prefix) && name.ends_with(".tar") && name.front() != '.';
    if (fits) names.push_back(folder.empty() ? name : folder + "/" + name);
  }
  std::sort(names.begin(), names.end());
  return names;
}

void check_label(const ShardSample& sample, const fs::path& shard, std::size_t classes) {
  if (sample.label < classes) return;
  throw UserError(ExitCode::kBadData, printable(shard.string()) + ": " + printable(sample.name) + " has the label " +
                                          std::to_string(sample.label) + ", but classes.txt names " +
                                          std::to_string(classes) + " classes; complete it");
}

void add_shard(SampleIndex& index, const std::string& shard, const ShardContent& content) {
  const auto place = static_cast<std::uint32_t>(index.places.size());
  index.places.push_back({shard, content.stamp, false});
  index.passed_over += content.passed_over;
  for (const ShardSample& sample : content.samples) {
    SampleRecord record;
    record.place = place;
    record.offset = sample.offset;
    record.size = static_cast<std::uint32_t>(sample.size);
    record.label = sample.label;
    index.add(record, sample.name);
  }
}

std::uint32_t label_count(const SampleIndex& index) {
  std::uint32_t count = 0;
  for (const SampleRecord& record : index.records) count = std::max(count, record.label + 1);
  return count;
}

std::vector<std::string> with_class_list(const fs::path& data_dir, std::vector<std::string> shards) {
  std::error_code ignored;
  if (fs::exists(data_dir / "classes.txt", ignored)) shards.emplace_back("classes.txt");
  return shards;
}

}  // namespace

std::vector<std::string> find_shards(const fs::path& data_dir, const std::string& split) {
  auto names = list_tars(data_dir, "", split + "-");
  return names.empty() ? list_tars(data_dir, split, "") : names;
}

SampleIndex index_shards(const fs::path& data_dir, const std::string& split) {
  const auto shards = find_shards(data_dir, split);
  std::vector<ShardContent> contents(shards.size());
  for_each_in_parallel(shards.size(), kWalkers, [&](std::size_t i) {
    const RecordFile file(data_dir / shards[i]);
    contents[i] = ShardWalk(file).run();
  });
  SampleIndex index;
  index.kind = "shards";
  index.split = split;
  for (std::size_t i = 0; i < shards.size(); ++i) add_shard(index, shards[i], contents[i]);
  if (auto names = read_class_list(data_dir)) {
    index.places.push_back({"classes.txt", stamp_of(data_dir / "classes.txt"), false});
    for (std::size_t i = 0; i < shards.size(); ++i) {
      for (const ShardSample& sample : contents[i].samples) check_label(sample, data_dir / shards[i], names->size());
    }
    index.class_names = std::move(*names);
  } else {
    index.class_names = numbered_classes(label_count(index));
  }
  index.sort_canonically();
  return index;
}

std::unique_ptr<IndexedSource> open_shards(const fs::path& data_dir, const std::string& split) {
  const auto shards = find_shards(data_dir, split);
  if (shards.empty()) {
    throw UserError(ExitCode::kInputMissing, printable(data_dir.string()) + ": no shards; --data DIR must hold " +
                                                 split + "-*.tar or " + split + "/*.tar");
  }
  // The index of `dataset pack` depends on its shards only, as it holds the names of the classes; ours on both.
  const IndexKey key{data_dir, "shards", split};
  auto index = find_index_beside(key, shards);
  if (!index) index = find_cached_index(key, with_class_list(data_dir, shards));
  if (!index) {
    const auto begin = std::chrono::system_clock::now();
    base::log_info(printable(data_dir.string()) + ": reading the headers of " + std::to_string(shards.size()) +
                   " shards of " + split);
    index = index_shards(data_dir, split);
    keep_index(key, *index, begin);
  }
  if (index->passed_over > 0) {
    base::log_info(printable(data_dir.string()) + ": passed over " + std::to_string(index->passed_over) +
                   " files that are not .jpg, .jpeg, .png or .cls");
  }
  return std::make_unique<IndexedSource>(std::move(*index), data_dir);
}

}  // namespace topfive::data
