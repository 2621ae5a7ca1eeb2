#include "topfive/augment/colour_jitter.h"

#include <algorithm>
#include <utility>

#include "topfive/image/colour.h"

namespace topfive::augment {
namespace {

float sample_factor(double strength, base::RandomStream& random) {
  return static_cast<float>(random.uniform(std::max(0.0, 1.0 - strength), 1.0 + strength));
}

image::Image adjusted(const image::Image& image, const JitterStep& step) {
  switch (step.adjustment) {
    case Adjustment::kBrightness:
      return image::adjust_brightness(image, step.factor);
    case Adjustment::kContrast:
      return image::adjust_contrast(image, step.factor);
    case Adjustment::kSaturation:
      return image::adjust_saturation(image, step.factor);
  }
  return image;
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
    if (step.factor != 1.0F) sample.picture.replace(adjusted(sample.picture.pixels(), step));
  }
}

}  // namespace topfive::augment
