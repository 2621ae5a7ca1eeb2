// Scaling to a given size.
#pragma once

#include "topfive/augment/transform.h"
#include "topfive/augment/transform_config.h"

namespace topfive::augment {

class Resize : public Transform {
 public:
  explicit Resize(const ResizeConfig& config) : config_(config) {}
  void apply(Sample& sample, base::RandomStream& random) const override;
  std::optional<cv::Size> output_size(std::optional<cv::Size> input) const override;

 private:
  ResizeConfig config_;
};

}  // namespace topfive::augment
