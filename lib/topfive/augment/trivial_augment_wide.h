// TrivialAugment (Mueller and Hutter, arXiv 2103.10158), wide scale, as torchvision's TrivialAugmentWide: one of 14
// operations, its strength uniform over the steps of the scale, both directions equally likely.
#pragma once

#include "topfive/augment/pixel_op.h"
#include "topfive/augment/transform.h"
#include "topfive/augment/transform_config.h"

namespace topfive::augment {

PixelOp sample_trivial_augment_op(const TrivialAugmentWideConfig& config, base::RandomStream& random);

class TrivialAugmentWide : public Transform {
 public:
  explicit TrivialAugmentWide(const TrivialAugmentWideConfig& config)
      : config_(config), options_(affine_options(config.interpolation, config.fill)) {}
  void apply(Sample& sample, base::RandomStream& random) const override;

 private:
  TrivialAugmentWideConfig config_;
  image::AffineOptions options_;
};

}  // namespace topfive::augment
