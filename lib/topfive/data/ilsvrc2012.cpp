#include "topfive/data/ilsvrc2012.h"

#include <algorithm>

#include "topfive/base/error.h"
#include "topfive/base/log.h"
#include "topfive/base/text.h"
#include "topfive/data/ilsvrc2012_parts.h"
#include "topfive/data/image_folder.h"
#include "topfive/data/index_cache.h"
#include "topfive/data/indexed_source.h"
#include "topfive/data/parallel.h"
#include "topfive/data/picture_file.h"
#include "topfive/data/printable.h"
#include "topfive/data/tar_reader.h"

namespace topfive::data {
namespace {

namespace fs = std::filesystem;
using base::ExitCode;
using base::UserError;

constexpr int kClassWalkers = 16;

[[noreturn]] void refuse_archive(const std::string& where, const std::string& what) {
  throw UserError(ExitCode::kBadData, printable(where) + ": " + what);
}

bool is_there(const fs::path& path) {
  std::error_code ignored;
  return fs::exists(path, ignored);
}

// The archives of the classes inside the training archive, in the order of their names.
std::vector<TarMember> class_archives(const RecordFile& train) {
  std::vector<TarMember> archives;
  TarReader reader(train);
  while (auto member = reader.next()) {
    if (member->name.ends_with(".tar")) archives.push_back(std::move(*member));
  }
  std::sort(archives.begin(), archives.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  if (archives.empty()) refuse_archive(train.name(), "holds no class archives (n01440764.tar, ...)");
  return archives;
}

std::string class_of(const TarMember& archive, const RecordFile& train) {
  std::string name = fs::path(archive.name).stem().string();
  if (name.empty() || printable(name) != name) refuse_archive(train.name(), "holds a class without a usable name");
  return name;
}

SampleRecord record_of(const TarMember& picture, const std::string& archive, std::size_t label) {
  if (picture.size == 0 || picture.size > kMaxRecordBytes) {
    refuse_archive(archive, printable(picture.name) + " at byte " +
                                base::with_thousands(static_cast<long long>(picture.offset)) +
                                " is empty or too large; copy the archive again");
  }
  SampleRecord record;
  record.offset = picture.offset;
  record.size = static_cast<std::uint32_t>(picture.size);
  record.label = static_cast<std::uint32_t>(label);
  return record;
}

std::vector<TarMember> pictures_in(const RecordFile& file, std::uint64_t begin, std::uint64_t size,
                                   std::uint64_t& passed_over) {
  std::vector<TarMember> pictures;
  TarReader reader(file, begin, size);
  while (auto member = reader.next()) {
    if (is_picture_name(member->name)) {
      pictures.push_back(std::move(*member));
    } else {
      ++passed_over;
    }
  }
  return pictures;
}

SampleIndex new_index(const std::string& split) {
  SampleIndex index;
  index.kind = "ilsvrc2012";
  index.split = split;
  return index;
}

std::string file_name_of(const TarMember& picture) { return fs::path(picture.name).filename().string(); }

SampleIndex index_train(const fs::path& data_dir) {
  const RecordFile train(data_dir / kIlsvrcTrain);
  const auto archives = class_archives(train);
  std::vector<std::vector<TarMember>> pictures(archives.size());
  std::vector<std::uint64_t> passed_over(archives.size());
  for_each_in_parallel(archives.size(), kClassWalkers, [&](std::size_t i) {
    pictures[i] = pictures_in(train, archives[i].offset, archives[i].size, passed_over[i]);
  });
  SampleIndex index = new_index("train");
  index.places = {{kIlsvrcTrain, train.stamp(), false}};
  for (std::size_t label = 0; label < archives.size(); ++label) {
    index.class_names.push_back(class_of(archives[label], train));
    index.passed_over += passed_over[label];
    if (pictures[label].empty()) refuse_archive(train.name(), printable(archives[label].name) + " holds no pictures");
    for (const TarMember& picture : pictures[label]) {
      index.add(record_of(picture, train.name(), label), file_name_of(picture));
    }
  }
  index.sort_canonically();
  return index;
}

// All 1,000, unless there is a training archive with fewer.
std::vector<std::string> validation_classes(const fs::path& data_dir) {
  std::vector<std::string> names;
  if (is_there(data_dir / kIlsvrcTrain)) {
    const RecordFile train(data_dir / kIlsvrcTrain);
    for (const TarMember& archive : class_archives(train)) names.push_back(class_of(archive, train));
  } else {
    for (const ImagenetClass& entry : imagenet_classes()) names.push_back(entry.wnid);
  }
  return names;
}

SampleIndex index_val_archive(const fs::path& data_dir) {
  SampleIndex index = new_index("val");
  const RecordFile val(data_dir / kIlsvrcVal);
  index.class_names = validation_classes(data_dir);
  ValidationLabels labels(read_ground_truth(data_dir), index.class_names);
  index.places = {{kIlsvrcVal, val.stamp(), false}};
  for (const TarMember& picture : pictures_in(val, 0, val.size(), index.passed_over)) {
    const std::string name = file_name_of(picture);
    index.add(record_of(picture, val.name(), labels.label_of(name)), name);
  }
  labels.expect_all(val.name());
  return index;
}

SampleIndex index_val_directory(const fs::path& data_dir) {
  SampleIndex index = new_index("val");
  index.class_names = validation_classes(data_dir);
  ValidationLabels labels(read_ground_truth(data_dir), index.class_names);
  index.places = {{"val", stamp_of(data_dir / "val"), true}};
  for (const fs::directory_entry& entry : fs::directory_iterator(data_dir / "val")) {
    const std::string name = entry.path().filename().string();
    if (name.front() == '.' || !is_picture_name(name)) {
      ++index.passed_over;
      continue;
    }
    SampleRecord record;
    record.label = static_cast<std::uint32_t>(labels.label_of(name));
    index.add(record, name);
  }
  labels.expect_all((data_dir / "val").string());
  return index;
}

// What the labels of the validation pictures come from.
void add_label_places(SampleIndex& index, const fs::path& data_dir) {
  for (const char* name : {kIlsvrcTruth, kIlsvrcDevkit, kIlsvrcTrain}) {
    if (is_there(data_dir / name)) index.places.push_back({name, stamp_of(data_dir / name), false});
  }
}

SampleIndex index_val(const fs::path& data_dir) {
  SampleIndex index = is_there(data_dir / kIlsvrcVal) ? index_val_archive(data_dir) : index_val_directory(data_dir);
  add_label_places(index, data_dir);
  index.sort_canonically();
  return index;
}

std::vector<std::string> places_of(const fs::path& data_dir, Split split) {
  if (split == Split::kTrain) return {kIlsvrcTrain};
  std::vector<std::string> places = {is_there(data_dir / kIlsvrcVal) ? kIlsvrcVal : "val"};
  for (const char* name : {kIlsvrcTruth, kIlsvrcDevkit, kIlsvrcTrain}) {
    if (is_there(data_dir / name)) places.emplace_back(name);
  }
  return places;
}

void require_pictures(const fs::path& data_dir, Split split) {
  const bool training = split == Split::kTrain;
  std::error_code ignored;
  if (is_there(data_dir / (training ? kIlsvrcTrain : kIlsvrcVal))) return;
  if (!training && fs::is_directory(data_dir / "val", ignored)) return;
  throw UserError(ExitCode::kInputMissing,
                  printable(data_dir.string()) + ": --data DIR must hold " +
                      (training ? std::string(kIlsvrcTrain) : std::string(kIlsvrcVal) + " or the directory val"));
}

bool has_class_folders(const fs::path& directory) {
  std::error_code error;
  for (fs::directory_iterator entry(directory, error), end; !error && entry != end; entry.increment(error)) {
    if (entry->is_directory(error)) return true;
  }
  return false;
}

}  // namespace

bool has_ilsvrc2012(const fs::path& data_dir) {
  return is_there(data_dir / kIlsvrcTrain) || is_there(data_dir / kIlsvrcVal);
}

std::unique_ptr<SampleSource> open_ilsvrc2012(const fs::path& data_dir, Split split) {
  require_pictures(data_dir, split);
  const bool training = split == Split::kTrain;
  if (!training && !is_there(data_dir / kIlsvrcVal) && has_class_folders(data_dir / "val")) {
    return std::make_unique<ImageFolderSource>(data_dir, "val");
  }
  const IndexKey key{data_dir, "ilsvrc2012", training ? "train" : "val"};
  const auto places = places_of(data_dir, split);
  auto index = find_index_beside(key, places);
  if (!index) index = find_cached_index(key, places);
  if (!index) {
    const auto begin = std::chrono::system_clock::now();
    base::log_info(printable((data_dir / places.front()).string()) + ": reading the headers, once");
    index = training ? index_train(data_dir) : index_val(data_dir);
    keep_index(key, *index, begin);
  }
  return std::make_unique<IndexedSource>(std::move(*index), data_dir);
}

}  // namespace topfive::data
