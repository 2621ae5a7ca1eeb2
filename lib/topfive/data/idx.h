// MNIST and the data sets that share its files (Fashion-MNIST, KMNIST, EMNIST): all pixels in
// memory.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "topfive/data/idx_file.h"
#include "topfive/data/sample_source.h"
#include "topfive/data/split.h"

namespace topfive::data {

// Reads train-images-idx3-ubyte and train-labels-idx1-ubyte, or the t10k files for evaluation, each
// plain or with
// ".gz" added. Classes are named by their numbers; there are 10 of them, or more where a label asks
// for it. UserError: kInputMissing without the files, kBadData where their content is not valid.
class IdxSource final : public SampleSource {
 public:
  IdxSource(const std::filesystem::path& data_dir, Split split);

  std::int64_t size() const override { return images_.dimensions[0]; }
  int label(std::int64_t index) const override;
  std::string name(std::int64_t index) const override;
  RawSample read(std::int64_t index, std::vector<std::byte>& buffer) const override;
  const std::vector<std::string>& class_names() const override { return class_names_; }
  std::optional<std::pair<int, int>> fixed_height_width() const override;
  std::string fingerprint() const override { return fingerprint_; }

 private:
  std::string file_name_;
  IdxFile images_;  // [samples, height, width]
  IdxFile labels_;  // [samples]
  std::vector<std::string> class_names_;
  std::string fingerprint_;
};

}  // namespace topfive::data
