// The configuration of the transforms that draw from a table of pixel operations, and of random erasing.
#pragma once

#include <string>
#include <vector>

#include "topfive/base/config_fields.h"
#include "topfive/image/affine.h"

namespace topfive::augment {

enum class RandAugmentSet { kTorchvision, kTimmIncreasing };

struct RandAugmentConfig {
  RandAugmentSet set = RandAugmentSet::kTorchvision;
  int num_ops = 2;
  double magnitude = 9;
  double magnitude_std = 0;     // timm_increasing only
  int num_magnitude_bins = 31;  // torchvision only
  image::Interpolation interpolation = image::Interpolation::kNearest;
  std::vector<int> fill = {};  // of what comes from outside; none: black; one value, or red, green and blue
  static const base::Fields<RandAugmentConfig>& fields();
};

struct TrivialAugmentWideConfig {
  int num_magnitude_bins = 31;
  image::Interpolation interpolation = image::Interpolation::kNearest;
  std::vector<int> fill = {};
  static const base::Fields<TrivialAugmentWideConfig>& fields();
};

enum class AutoAugmentPolicy { kImagenet, kCifar10, kSvhn };

struct AutoAugmentConfig {
  AutoAugmentPolicy policy = AutoAugmentPolicy::kImagenet;
  image::Interpolation interpolation = image::Interpolation::kNearest;
  std::vector<int> fill = {};
  static const base::Fields<AutoAugmentConfig>& fields();
};

enum class EraseWith { kColour, kNoise };

struct RandomErasingConfig {
  double probability = 0.5;
  std::vector<double> area = {0.02, 0.33};  // least and most, as fractions of the picture
  std::vector<double> aspect = {0.3, 3.3};  // least and most height / width
  EraseWith fill = EraseWith::kColour;
  std::vector<int> colour = {124, 116, 104};  // ImageNet's mean, 0 after normalising
  static const base::Fields<RandomErasingConfig>& fields();
};

// What is wrong with a pair of limits, or an empty string.
std::string range_problem(const std::string& name, const std::vector<double>& range);

// Of one value for all channels or one each.
image::Colour colour_of(const std::vector<int>& values);
// How a policy's geometric operations look; no fill for an empty list.
image::AffineOptions affine_options(image::Interpolation interpolation, const std::vector<int>& fill);

}  // namespace topfive::augment
