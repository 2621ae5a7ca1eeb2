// CIFAR-10 and CIFAR-100 in their binary version: all pixels in memory.
//
// Source: A. Krizhevsky, "The CIFAR-10 dataset", https://www.cs.toronto.edu/~kriz/cifar.html
// ("Binary version").
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "topfive/data/sample_source.h"
#include "topfive/data/split.h"

namespace topfive::data {

// CIFAR-10: data_batch_1.bin to data_batch_5.bin, or test_batch.bin. CIFAR-100: train.bin, or
// test.bin, with the fine labels. Class names come from batches.meta.txt or fine_label_names.txt,
// else they are numbers. UserError: kInputMissing without the files, kBadData where their content
// is not valid or both data sets lie in one directory.
class CifarSource final : public SampleSource {
 public:
  CifarSource(const std::filesystem::path& data_dir, Split split);

  std::int64_t size() const override;
  int label(std::int64_t index) const override;
  std::string name(std::int64_t index) const override;
  // Interleaves the three planes of the file into `buffer`.
  RawSample read(std::int64_t index, std::vector<std::byte>& buffer) const override;
  const std::vector<std::string>& class_names() const override { return class_names_; }
  std::optional<std::pair<int, int>> fixed_height_width() const override;
  std::string fingerprint() const override { return fingerprint_; }

 private:
  struct File {
    std::string name;
    std::vector<std::byte> records;
    std::int64_t first = 0;  // index of its first record
  };
  void load(const std::filesystem::path& path);
  void check_labels(const File& file, const std::string& shown_path) const;
  const File& file_of(std::int64_t index) const;
  const std::byte* record(std::int64_t index) const;
  std::int64_t record_bytes() const;

  int label_bytes_ = 1;  // 2 in CIFAR-100: coarse, then fine
  std::vector<File> files_;
  std::vector<std::string> class_names_;
  std::string fingerprint_;
};

}  // namespace topfive::data
