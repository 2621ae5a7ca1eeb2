#include "topfive/data/image_folder.h"

#include "topfive/base/log.h"
#include "topfive/data/canonical_hash.h"
#include "topfive/data/folder_listing.h"
#include "topfive/data/picture_file.h"
#include "topfive/data/printable.h"

namespace topfive::data {
namespace {

std::string hash_of(const FolderIndex& index) {
  CanonicalHash hash;
  for (std::size_t c = 0; c < index.class_names.size(); ++c) {
    hash.begin_class(index.class_names[c]);
    for (std::int64_t i = index.class_begin[c]; i < index.class_begin[c + 1]; ++i) hash.add(index.file_name(i));
  }
  return hash.finish();
}

}  // namespace

ImageFolderSource::ImageFolderSource(const std::filesystem::path& data_dir, const std::string& split)
    : directory_(data_dir / split), split_(split), index_(list_folder(data_dir, split)), fingerprint_(hash_of(index_)) {
  if (index_.ignored > 0) {
    base::log_info(printable(directory_.string()) + ": passed over " + std::to_string(index_.ignored) +
                   " files that are hidden or not .jpeg, .jpg or .png");
  }
}

std::string ImageFolderSource::relative_path(std::int64_t index) const {
  std::string path = index_.class_names[static_cast<std::size_t>(label(index))] + "/";
  path += index_.file_name(index);
  return path;
}

PicturePath ImageFolderSource::path(std::int64_t index) const {
  PicturePath path;
  path /= directory_.native();
  path /= index_.class_names[static_cast<std::size_t>(label(index))];
  path /= index_.file_name(index);
  return path;
}

std::string ImageFolderSource::name(std::int64_t index) const { return split_ + "/" + printable(relative_path(index)); }

RawSample ImageFolderSource::read(std::int64_t index, std::vector<std::byte>& buffer) const {
  return read_picture_file(path(index), buffer);
}

void ImageFolderSource::will_need(std::int64_t index) const { will_need_picture_file(path(index)); }

}  // namespace topfive::data
