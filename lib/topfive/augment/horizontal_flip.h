// Left and right exchanged at random.
#pragma once

#include "topfive/augment/transform.h"
#include "topfive/augment/transform_config.h"

namespace topfive::augment {

// True with the given probability: never for 0, always for 1.
bool sample_flip(double probability, base::RandomStream& random);

class HorizontalFlip : public Transform {
 public:
  explicit HorizontalFlip(const HorizontalFlipConfig& config) : config_(config) {}
  void apply(Sample& sample, base::RandomStream& random) const override;

 private:
  HorizontalFlipConfig config_;
};

}  // namespace topfive::augment
