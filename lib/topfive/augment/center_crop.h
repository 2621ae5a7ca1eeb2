// The square in the middle.
#pragma once

#include "topfive/augment/transform.h"
#include "topfive/augment/transform_config.h"

namespace topfive::augment {

// torchvision's rule: half the slack, rounded half to even. Where the picture is smaller than the
// square the window reaches over its edges, half the lack (rounded down) before it; those pixels
// become black.
cv::Rect center_window(cv::Size picture, int size);

class CenterCrop : public Transform {
 public:
  explicit CenterCrop(const CenterCropConfig& config) : config_(config) {}
  void apply(Sample& sample, base::RandomStream& random) const override;
  std::optional<cv::Size> output_size(std::optional<cv::Size> input) const override;

 private:
  CenterCropConfig config_;
};

}  // namespace topfive::augment
