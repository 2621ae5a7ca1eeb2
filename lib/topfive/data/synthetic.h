// Pictures that the program makes itself: for trials, tests and measurements without a data set.
#pragma once

#include <string>
#include <vector>

#include "topfive/data/data_config.h"
#include "topfive/data/sample_source.h"
#include "topfive/data/split.h"

namespace topfive::data {

// A picture is a sinusoidal grating whose direction, wavelength and colour belong to its class,
// with a random phase, contrast and brightness and with noise over it. Directions stay within a
// quarter turn, so that a mirrored picture never looks like another class. Sample i has the label i
// mod classes. Pixels depend on (split, i) alone.
class SyntheticSource final : public SampleSource {
 public:
  // channels: 1 or 3.
  SyntheticSource(const SyntheticConfig& config, int channels, Split split);

  std::int64_t size() const override { return size_; }
  int label(std::int64_t index) const override;
  std::string name(std::int64_t index) const override;
  RawSample read(std::int64_t index, std::vector<std::byte>& buffer) const override;
  const std::vector<std::string>& class_names() const override { return class_names_; }
  std::optional<std::pair<int, int>> fixed_height_width() const override;
  std::string fingerprint() const override;

 private:
  SyntheticConfig config_;
  int channels_;
  Split split_;
  std::int64_t size_;
  std::vector<std::string> class_names_;
};

}  // namespace topfive::data
