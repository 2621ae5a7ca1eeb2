// Pictures as files in class folders: <data>/<split>/<class>/*.JPEG, ImageNet's usual layout.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "topfive/data/folder_scan.h"
#include "topfive/data/picture_file.h"
#include "topfive/data/record_file.h"
#include "topfive/data/sample_source.h"

namespace topfive::data {

// Labels are the ranks of the class folders' names in byte order, as torchvision counts them. Lists
// the tree, or takes the listing from an earlier run while no folder has changed; see scan_folder() for what is
// refused, and open_source() for the errors of a missing directory. read() gives the bytes of the file; SampleError for
// a file that cannot be read or is above kMaxFileBytes.
class ImageFolderSource final : public SampleSource {
 public:
  static constexpr std::uint64_t kMaxFileBytes = kMaxRecordBytes;

  // split: the folder below data_dir, "train" or "val".
  ImageFolderSource(const std::filesystem::path& data_dir, const std::string& split);

  std::int64_t size() const override { return index_.size(); }
  int label(std::int64_t index) const override { return index_.label(index); }
  std::string name(std::int64_t index) const override;
  RawSample read(std::int64_t index, std::vector<std::byte>& buffer) const override;
  void will_need(std::int64_t index) const override;
  const std::vector<std::string>& class_names() const override { return index_.class_names; }
  std::string fingerprint() const override { return fingerprint_; }
  std::int64_t ignored_files() const { return index_.ignored; }

 private:
  PicturePath path(std::int64_t index) const;
  std::string relative_path(std::int64_t index) const;  // "<class>/<file>", raw bytes

  std::filesystem::path directory_;
  std::string split_;
  FolderIndex index_;
  std::string fingerprint_;
};

}  // namespace topfive::data
