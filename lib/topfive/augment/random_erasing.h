// Random erasing (Zhong et al., arXiv 1708.04896), with torchvision's and timm's way of drawing the rectangle.
//
// Both erase after normalising. Here it is done on bytes, so that the transform stands at the end of the list:
// ImageNet's mean colour is their 0. Noise is timm's mode "pixel", a normal distribution with ImageNet's mean and
// deviation, but values outside 0 to 255 are moved to the ends: 3 to 4 % of them.
#pragma once

#include <array>

#include "topfive/augment/transform.h"
#include "topfive/augment/transform_config.h"
#include "topfive/image/erase.h"

namespace topfive::augment {

// Height and width of the rectangle are those of an area that is uniform and a height / width that is log-uniform
// within the limits, rounded; every place in the picture is equally likely. Empty where the probability says so, and
// where ten draws gave none smaller than the picture in both directions.
cv::Rect sample_erasing(cv::Size picture, const RandomErasingConfig& config, base::RandomStream& random);

class RandomErasing : public Transform {
 public:
  explicit RandomErasing(const RandomErasingConfig& config);
  void apply(Sample& sample, base::RandomStream& random) const override;

 private:
  RandomErasingConfig config_;
  image::Colour colour_;
  std::array<image::NoiseLevels, 3> noise_;
};

}  // namespace topfive::augment
