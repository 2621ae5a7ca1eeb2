// Scaling by the shorter side, to a fixed size or a random one.
#pragma once

#include "topfive/augment/transform.h"
#include "topfive/augment/transform_config.h"

namespace topfive::augment {

// torchvision's rule: the shorter side becomes `size`, the longer one size * longer / shorter, cut
// to an integer. Throws image::DecodeError where that is more pixels than a file may have: such a
// picture is long and thin beyond use.
cv::Size shorter_side_size(cv::Size picture, int size);

class ResizeShorterSide : public Transform {
 public:
  explicit ResizeShorterSide(const ResizeShorterSideConfig& config) : config_(config) {}
  void apply(Sample& sample, base::RandomStream& random) const override;
  std::optional<cv::Size> output_size(std::optional<cv::Size> input) const override;

 private:
  ResizeShorterSideConfig config_;
};

// Scale augmentation: U[256, 480] in ResNet (section 3.4), U[256, 512] in VGG (section 3.1).
int sample_shorter_side(const RandomShorterSideConfig& config, base::RandomStream& random);

class RandomShorterSide : public Transform {
 public:
  explicit RandomShorterSide(const RandomShorterSideConfig& config) : config_(config) {}
  void apply(Sample& sample, base::RandomStream& random) const override;
  std::optional<cv::Size> output_size(std::optional<cv::Size> input) const override;

 private:
  RandomShorterSideConfig config_;
};

}  // namespace topfive::augment
