// The crop of GoogLeNet ("Going deeper with convolutions", section 6), sampled as torchvision
// samples it.
#pragma once

#include "topfive/augment/transform.h"
#include "topfive/augment/transform_config.h"

namespace topfive::augment {

// Up to ten tries: area uniform, aspect log-uniform, sides rounded half to even; the first window
// that fits gets a uniform place. After ten misses: the largest centred window whose aspect is
// within the limits. Always inside the picture and never empty.
cv::Rect sample_window(cv::Size picture, const RandomResizedCropConfig& config, base::RandomStream& random);

class RandomResizedCrop : public Transform {
 public:
  explicit RandomResizedCrop(const RandomResizedCropConfig& config) : config_(config) {}
  void apply(Sample& sample, base::RandomStream& random) const override;
  std::optional<cv::Size> output_size(std::optional<cv::Size> input) const override;

 private:
  RandomResizedCropConfig config_;
};

}  // namespace topfive::augment
