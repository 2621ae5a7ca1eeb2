#include "topfive/augment/policy_config.h"

#include <cmath>
#include <cstdint>

namespace topfive::augment {
namespace {

const std::vector<std::pair<std::string, image::Interpolation>> kInterpolations = {
    {"nearest", image::Interpolation::kNearest}, {"bilinear", image::Interpolation::kBilinear}};

base::FieldRule interpolation_rule() {
  return {.help = "between pixels, for shears, shifts and rotations", .paper = "nearest is torchvision's default"};
}

base::NumberRule fill_rule() {
  return {.help = "grey level or RGB of what comes from outside the picture; [] is black, as torchvision's default",
          .min = 0,
          .max = 255};
}

base::NumberRule bins_rule() { return {.help = "steps of the scale of magnitudes", .min = 2, .max = 1000}; }

std::string colour_problem(const std::string& name, const std::vector<int>& values, bool may_be_empty) {
  if (values.size() == 1 || values.size() == 3 || (values.empty() && may_be_empty)) return "";
  return name + " has " + std::to_string(values.size()) + " values; give 1 for all channels, or 3";
}

std::string magnitude_problem(const RandAugmentConfig& config) {
  const bool timm = config.set == RandAugmentSet::kTimmIncreasing;
  if (timm) return config.magnitude > 10 ? "magnitude is at most 10 in the set timm_increasing" : "";
  if (config.magnitude_std > 0) return "magnitude_std belongs to the set timm_increasing; set it to 0";
  if (config.magnitude != std::floor(config.magnitude) || config.magnitude >= config.num_magnitude_bins) {
    return "magnitude counts steps in the set torchvision: a whole number below num_magnitude_bins";
  }
  return "";
}

}  // namespace

std::string range_problem(const std::string& name, const std::vector<double>& range) {
  if (range.size() != 2) return name + " needs two numbers: the least and the most";
  if (range[0] > range[1]) return name + " must name the smaller number first";
  return "";
}

image::Colour colour_of(const std::vector<int>& values) {
  const auto level = [&](std::size_t c) { return static_cast<std::uint8_t>(values[values.size() == 1 ? 0 : c]); };
  return {level(0), level(1), level(2)};
}

image::AffineOptions affine_options(image::Interpolation interpolation, const std::vector<int>& fill) {
  image::AffineOptions options;
  options.interpolation = interpolation;
  if (!fill.empty()) options.fill = colour_of(fill);
  return options;
}

const base::Fields<RandAugmentConfig>& RandAugmentConfig::fields() {
  using Config = RandAugmentConfig;
  static const auto kFields =
      base::Fields<Config>("RandAugment: a few random operations, all of one strength.")
          .choice("set", &Config::set,
                  {{"torchvision", RandAugmentSet::kTorchvision}, {"timm_increasing", RandAugmentSet::kTimmIncreasing}},
                  {.help = "operations and scale of magnitudes: torchvision's 14, or timm's 15 that grow with the "
                           "magnitude (inc1), each used half of the time"})
          .number("num_ops", &Config::num_ops,
                  {.help = "operations one after the other", .min = 1, .max = 20, .paper = "2 (Cubuk et al. 2019)"})
          .number("magnitude", &Config::magnitude,
                  {.help = "strength: a step of the scale (torchvision), or 0 to 10 (timm_increasing)",
                   .min = 0,
                   .max = 1000,
                   .paper = "9 (Cubuk et al. 2019)"})
          .number("magnitude_std", &Config::magnitude_std,
                  {.help = "standard deviation of the strength of each operation; timm_increasing only",
                   .min = 0,
                   .max = 100,
                   .paper = "0.5 in DeiT"})
          .number("num_magnitude_bins", &Config::num_magnitude_bins, bins_rule())
          .choice("interpolation", &Config::interpolation, kInterpolations, interpolation_rule())
          .numbers("fill", &Config::fill, fill_rule())
          .check(magnitude_problem)
          .check([](const Config& config) { return colour_problem("fill", config.fill, true); });
  return kFields;
}

const base::Fields<TrivialAugmentWideConfig>& TrivialAugmentWideConfig::fields() {
  using Config = TrivialAugmentWideConfig;
  static const auto kFields =
      base::Fields<Config>("TrivialAugment, wide scale: one random operation of random strength.")
          .number("num_magnitude_bins", &Config::num_magnitude_bins, bins_rule())
          .choice("interpolation", &Config::interpolation, kInterpolations, interpolation_rule())
          .numbers("fill", &Config::fill, fill_rule())
          .check([](const Config& config) { return colour_problem("fill", config.fill, true); });
  return kFields;
}

const base::Fields<AutoAugmentConfig>& AutoAugmentConfig::fields() {
  using Config = AutoAugmentConfig;
  static const auto kFields =
      base::Fields<Config>("AutoAugment: one of 25 learned pairs of operations.")
          .choice("policy", &Config::policy,
                  {{"imagenet", AutoAugmentPolicy::kImagenet},
                   {"cifar10", AutoAugmentPolicy::kCifar10},
                   {"svhn", AutoAugmentPolicy::kSvhn}},
                  {.help = "the data set that the pairs were learned on", .paper = "Cubuk et al. 2018, tables 7 to 9"})
          .choice("interpolation", &Config::interpolation, kInterpolations, interpolation_rule())
          .numbers("fill", &Config::fill, fill_rule())
          .check([](const Config& config) { return colour_problem("fill", config.fill, true); });
  return kFields;
}

const base::Fields<RandomErasingConfig>& RandomErasingConfig::fields() {
  using Config = RandomErasingConfig;
  static const auto kFields =
      base::Fields<Config>("Covers a random rectangle.")
          .number("probability", &Config::probability,
                  {.help = "how often", .min = 0, .max = 1, .paper = "0.5 (Zhong et al. 2017), 0.25 in DeiT"})
          .numbers("area", &Config::area,
                   {.help = "least and most area of the rectangle, as fractions of the picture's", .min = 0, .max = 1})
          .numbers(
              "aspect", &Config::aspect,
              {.help = "least and most height / width of the rectangle, log-uniform between", .min = 0.01, .max = 100})
          .choice("fill", &Config::fill, {{"colour", EraseWith::kColour}, {"noise", EraseWith::kNoise}},
                  {.help = "one colour, or noise with ImageNet's mean and deviation, every pixel on its own"})
          .numbers("colour", &Config::colour,
                   {.help = "grey level or RGB for fill colour; the default is ImageNet's mean", .min = 0, .max = 255})
          .check([](const Config& config) { return range_problem("area", config.area); })
          .check([](const Config& config) { return range_problem("aspect", config.aspect); })
          .check([](const Config& config) { return colour_problem("colour", config.colour, false); });
  return kFields;
}

}  // namespace topfive::augment
