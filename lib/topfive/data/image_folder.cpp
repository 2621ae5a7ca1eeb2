#include "topfive/data/image_folder.h"

#include "topfive/base/error.h"
#include "topfive/base/files.h"
#include "topfive/base/log.h"
#include "topfive/base/sha256.h"
#include "topfive/data/printable.h"

namespace topfive::data {
namespace {

// '/' and NUL occur in no file name, so the text below is one to one with the tree.
std::string hash_of(const FolderIndex& index) {
  base::Sha256 hash;
  hash.update("image_folder\n");
  for (std::size_t c = 0; c < index.class_names.size(); ++c) {
    hash.update(index.class_names[c] + "/");
    std::string names;
    for (std::int64_t i = index.class_begin[c]; i < index.class_begin[c + 1]; ++i) {
      names += index.file_name(i);
      names += '\0';
    }
    hash.update(names + "/");
  }
  return hash.finish();
}

}  // namespace

ImageFolderSource::ImageFolderSource(const std::filesystem::path& data_dir, const std::string& split)
    : directory_(data_dir / split), split_(split), index_(scan_folder(directory_)), fingerprint_(hash_of(index_)) {
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

std::string ImageFolderSource::name(std::int64_t index) const { return split_ + "/" + printable(relative_path(index)); }

RawSample ImageFolderSource::read(std::int64_t index, std::vector<std::byte>& buffer) const {
  try {
    base::read_binary_file(directory_ / relative_path(index), kMaxFileBytes, buffer);
  } catch (const base::UserError& error) {
    throw SampleError(printable(error.what()));
  }
  if (buffer.empty()) throw SampleError("the file is empty");
  RawSample sample;
  sample.bytes = buffer;
  return sample;
}

}  // namespace topfive::data
