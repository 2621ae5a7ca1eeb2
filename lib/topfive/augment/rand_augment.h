// RandAugment (Cubuk et al., arXiv 1909.13719): a few random operations, all of one strength.
//
// The set "torchvision" is torchvision's RandAugment: 14 operations, one strength, both directions equally likely.
// "timm_increasing" is what timm calls rand-m9-mstd0.5-inc1 and DeiT and ResNet-RSB train with: 15 operations, each of
// which is left out half of the time; the strength is drawn anew each time, from a normal distribution.
#pragma once

#include <vector>

#include "topfive/augment/pixel_op.h"
#include "topfive/augment/transform.h"
#include "topfive/augment/transform_config.h"

namespace topfive::augment {

const std::vector<Op>& rand_augment_ops(RandAugmentSet set);

// One of the operations for a picture of this size.
PixelOp sample_rand_augment_op(const RandAugmentConfig& config, cv::Size picture, base::RandomStream& random);

class RandAugment : public Transform {
 public:
  explicit RandAugment(const RandAugmentConfig& config)
      : config_(config), options_(affine_options(config.interpolation, config.fill)) {}
  void apply(Sample& sample, base::RandomStream& random) const override;

 private:
  RandAugmentConfig config_;
  image::AffineOptions options_;
};

}  // namespace topfive::augment
