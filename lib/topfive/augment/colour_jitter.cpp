#include "topfive/augment/colour_jitter.h"

#include <algorithm>
#include <utility>

#include "topfive/augment/pixel_op.h"

namespace topfive::augment {
namespace {

float sample_factor(double strength, base::RandomStream& random) {
  return static_cast<float>(random.uniform(std::max(0.0, 1.0 - strength), 1.0 + strength));
}

Op op_of(Adjustment adjustment) {
  switch (adjustment) {
    case Adjustment::kBrightness:
      return Op::kBrightness;
    case Adjustment::kContrast:
      return Op::kContrast;
    case Adjustment::kSaturation:
      return Op::kColour;
  }
  return Op::kIdentity;
}

}  // namespace

std::array<JitterStep, 3> sample_jitter(const ColourJitterConfig& config, base::RandomStream& random) {
  std::array<JitterStep, 3> steps = {{{Adjustment::kBrightness, sample_factor(config.brightness, random)},
                                      {Adjustment::kContrast, sample_factor(config.contrast, random)},
                                      {Adjustment::kSaturation, sample_factor(config.saturation, random)}}};
  std::swap(steps[2], steps[random.below(3)]);
  std::swap(steps[1], steps[random.below(2)]);
  return steps;
}

void ColourJitter::apply(Sample& sample, base::RandomStream& random) const {
  for (const JitterStep& step : sample_jitter(config_, random)) {
    augment::apply({op_of(step.adjustment), step.factor}, {}, sample.picture);
  }
}

}  // namespace topfive::augment
