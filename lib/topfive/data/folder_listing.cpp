#include "topfive/data/folder_listing.h"

#include <algorithm>
#include <chrono>

#include "topfive/data/index_cache.h"

namespace topfive::data {
namespace {

constexpr const char* kFolderKind = "image_folder";

// What index_of_folder() makes, and nothing else: the names of the classes become parts of paths.
bool is_listing(const SampleIndex& index) {
  if (index.places.size() != index.class_names.size() + 1 || index.places.front().name != index.split) return false;
  for (std::size_t c = 0; c < index.class_names.size(); ++c) {
    const IndexedPlace& place = index.places[c + 1];
    if (!place.is_directory || place.name != index.split + "/" + index.class_names[c]) return false;
  }
  return std::all_of(index.records.begin(), index.records.end(),
                     [](const SampleRecord& record) { return record.place == record.label + 1; });
}

// The class folders' stamps are taken after the listing, but compared with its beginning: what changed in between is
// younger than that and is not cached.
void keep_listing(const FolderIndex& folder, const IndexKey& key, std::chrono::system_clock::time_point listed) {
  if (cache_directory().empty()) return;
  keep_index(key, index_of_folder(folder, key.data_dir, key.split), listed);
}

}  // namespace

SampleIndex index_of_folder(const FolderIndex& folder, const std::filesystem::path& data_dir,
                            const std::string& split) {
  SampleIndex index;
  index.kind = kFolderKind;
  index.split = split;
  index.passed_over = static_cast<std::uint64_t>(folder.ignored);
  index.class_names = folder.class_names;
  index.places.push_back({split, stamp_of(data_dir / split), true});
  for (std::size_t c = 0; c < folder.class_names.size(); ++c) {
    const std::string name = split + "/" + folder.class_names[c];
    index.places.push_back({name, stamp_of(data_dir / name), true});
    for (std::int64_t i = folder.class_begin[c]; i < folder.class_begin[c + 1]; ++i) {
      SampleRecord record;
      record.place = static_cast<std::uint32_t>(c + 1);
      record.label = static_cast<std::uint32_t>(c);
      index.add(record, folder.file_name(i));
    }
  }
  return index;
}

FolderIndex folder_of_index(const SampleIndex& index) {
  FolderIndex folder;
  folder.class_names = index.class_names;
  folder.ignored = static_cast<std::int64_t>(index.passed_over);
  folder.file_names = index.names;
  folder.name_begin.reserve(index.records.size() + 1);
  std::int64_t next = 0;
  for (std::size_t c = 0; c < index.class_names.size(); ++c) {
    folder.class_begin.push_back(next);
    for (; next < index.size() && index.records[static_cast<std::size_t>(next)].label == c; ++next) {
      folder.name_begin.push_back(index.records[static_cast<std::size_t>(next)].name_begin);
    }
  }
  folder.class_begin.push_back(next);
  folder.name_begin.push_back(index.names.size());
  return folder;
}

FolderIndex list_folder(const std::filesystem::path& data_dir, const std::string& split) {
  const IndexKey key{data_dir, kFolderKind, split};
  if (const auto index = find_cached_index(key); index && is_listing(*index)) return folder_of_index(*index);
  const auto begin = std::chrono::system_clock::now();
  FolderIndex folder = scan_folder(data_dir / split);
  keep_listing(folder, key, begin);
  return folder;
}

}  // namespace topfive::data
