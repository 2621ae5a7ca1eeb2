// AutoAugment (Cubuk et al., arXiv 1805.09501): one of 25 pairs of operations that were learned on a data set, as
// torchvision's AutoAugment. Each of the two has its own probability and strength; both directions are equally likely.
#pragma once

#include <array>

#include "topfive/augment/pixel_op.h"
#include "topfive/augment/transform.h"
#include "topfive/augment/transform_config.h"

namespace topfive::augment {

inline constexpr int kAutoAugmentSteps = 10;

struct PolicyStep {
  Op op;
  double probability;
  int step;  // of kAutoAugmentSteps; 0 where the operation has no strength
};
using SubPolicy = std::array<PolicyStep, 2>;
using Policy = std::array<SubPolicy, 25>;

const Policy& auto_augment_policy(AutoAugmentPolicy policy);

// Two operations for a picture of this size; one that is left out is the identity.
std::array<PixelOp, 2> sample_auto_augment(const AutoAugmentConfig& config, cv::Size picture,
                                           base::RandomStream& random);

class AutoAugment : public Transform {
 public:
  explicit AutoAugment(const AutoAugmentConfig& config)
      : config_(config), options_(affine_options(config.interpolation, config.fill)) {}
  void apply(Sample& sample, base::RandomStream& random) const override;

 private:
  AutoAugmentConfig config_;
  image::AffineOptions options_;
};

}  // namespace topfive::augment
