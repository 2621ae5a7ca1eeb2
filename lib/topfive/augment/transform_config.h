// The configuration of every transform, one struct each, and the table that tells them apart by
// "op".
#pragma once

#include <variant>
#include <vector>

#include "topfive/augment/policy_config.h"
#include "topfive/base/config_fields.h"
#include "topfive/image/resize.h"

namespace topfive::augment {

inline constexpr int kLargestSize = 8192;  // pixels along one side

struct ResizeShorterSideConfig {
  int size = 256;
  image::Filter filter = image::Filter::kPilBilinear;
  static const base::Fields<ResizeShorterSideConfig>& fields();
};

struct RandomShorterSideConfig {
  int min_size = 256;
  int max_size = 480;
  image::Filter filter = image::Filter::kPilBilinear;
  static const base::Fields<RandomShorterSideConfig>& fields();
};

struct ResizeConfig {
  int height = 224;
  int width = 224;
  image::Filter filter = image::Filter::kPilBilinear;
  static const base::Fields<ResizeConfig>& fields();
};

struct CenterCropConfig {
  int size = 224;
  static const base::Fields<CenterCropConfig>& fields();
};

struct RandomCropConfig {
  int size = 224;
  static const base::Fields<RandomCropConfig>& fields();
};

struct RandomResizedCropConfig {
  int size = 224;
  std::vector<double> area = {0.08, 1.0};               // least and most, as fractions of the picture
  std::vector<double> aspect = {3.0 / 4.0, 4.0 / 3.0};  // least and most width / height
  image::Filter filter = image::Filter::kPilBilinear;
  static const base::Fields<RandomResizedCropConfig>& fields();
};

struct HorizontalFlipConfig {
  double probability = 0.5;
  static const base::Fields<HorizontalFlipConfig>& fields();
};

struct PadAndRandomCropConfig {
  int padding = 4;
  int size = 32;
  int fill = 0;  // grey level of the padding, in every channel
  static const base::Fields<PadAndRandomCropConfig>& fields();
};

enum class PcaConstants { kKrizhevsky2012, kLighting };

struct PcaColourConfig {
  double std = 0.1;
  PcaConstants constants = PcaConstants::kKrizhevsky2012;
  bool compensate_variance = false;
  static const base::Fields<PcaColourConfig>& fields();
};

struct ColourJitterConfig {
  double brightness = 0.0;
  double contrast = 0.0;
  double saturation = 0.0;
  static const base::Fields<ColourJitterConfig>& fields();
};

using TransformConfig = std::variant<ResizeShorterSideConfig, RandomShorterSideConfig, ResizeConfig, CenterCropConfig,
                                     RandomCropConfig, RandomResizedCropConfig, HorizontalFlipConfig,
                                     PadAndRandomCropConfig, PcaColourConfig, ColourJitterConfig, RandAugmentConfig,
                                     TrivialAugmentWideConfig, AutoAugmentConfig, RandomErasingConfig>;

const base::Alternatives<TransformConfig>& transform_alternatives();

}  // namespace topfive::augment
