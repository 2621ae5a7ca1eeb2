// A border on all sides, then a square at a random place: the augmentation of CIFAR-10.
#pragma once

#include "topfive/augment/transform.h"
#include "topfive/augment/transform_config.h"

namespace topfive::augment {

// Draws by sample_square().
class PadAndRandomCrop : public Transform {
 public:
  explicit PadAndRandomCrop(const PadAndRandomCropConfig& config) : config_(config) {}
  void apply(Sample& sample, base::RandomStream& random) const override;
  std::optional<cv::Size> output_size(std::optional<cv::Size> input) const override;

 private:
  PadAndRandomCropConfig config_;
};

}  // namespace topfive::augment
