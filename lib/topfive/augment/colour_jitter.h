// Random brightness, contrast and saturation, as torchvision's ColorJitter on PIL pictures (which
// lacks nothing here but the hue).
#pragma once

#include <array>

#include "topfive/augment/transform.h"
#include "topfive/augment/transform_config.h"

namespace topfive::augment {

enum class Adjustment { kBrightness, kContrast, kSaturation };

struct JitterStep {
  Adjustment adjustment;
  float factor;
};

// The three steps in their random order. A strength of 0 gives the factor 1, which changes nothing.
std::array<JitterStep, 3> sample_jitter(const ColourJitterConfig& config, base::RandomStream& random);

class ColourJitter : public Transform {
 public:
  explicit ColourJitter(const ColourJitterConfig& config) : config_(config) {}
  void apply(Sample& sample, base::RandomStream& random) const override;
  bool accepts_grey() const override { return false; }

 private:
  ColourJitterConfig config_;
};

}  // namespace topfive::augment
