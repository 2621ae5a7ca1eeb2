#include "topfive/augment/transform_config.h"

#include <string>

namespace topfive::augment {
namespace {

base::NumberRule size_rule(const std::string& help) {
  return {.help = help, .min = 1, .max = kLargestSize, .required = true};
}

const base::FieldRule kFilterRule = {
    .help = "the resampling filter; the pil_ ones are Pillow's antialiased filters, bit for bit"};

}  // namespace

const base::Fields<ResizeShorterSideConfig>& ResizeShorterSideConfig::fields() {
  using Config = ResizeShorterSideConfig;
  static const auto kFields =
      base::Fields<Config>("Scales the picture, keeping its shape, until its shorter side has this size.")
          .number("size", &Config::size, size_rule("the shorter side afterwards, in pixels"))
          .choice("filter", &Config::filter, image::filter_names(), kFilterRule);
  return kFields;
}

const base::Fields<RandomShorterSideConfig>& RandomShorterSideConfig::fields() {
  using Config = RandomShorterSideConfig;
  static const auto kFields =
      base::Fields<Config>("Scales the picture, keeping its shape, to a random size of its shorter side.")
          .number("min_size", &Config::min_size, size_rule("the least shorter side afterwards, in pixels"))
          .number("max_size", &Config::max_size, size_rule("the largest one; every whole number between is as likely"))
          .choice("filter", &Config::filter, image::filter_names(), kFilterRule)
          .check([](const Config& config) {
            return std::string(config.min_size > config.max_size ? "min_size must not be above max_size" : "");
          });
  return kFields;
}

const base::Fields<ResizeConfig>& ResizeConfig::fields() {
  using Config = ResizeConfig;
  static const auto kFields = base::Fields<Config>("Scales the picture to exactly this size, whatever its shape.")
                                  .number("height", &Config::height, size_rule("the height afterwards, in pixels"))
                                  .number("width", &Config::width, size_rule("the width afterwards, in pixels"))
                                  .choice("filter", &Config::filter, image::filter_names(), kFilterRule);
  return kFields;
}

const base::Fields<CenterCropConfig>& CenterCropConfig::fields() {
  using Config = CenterCropConfig;
  static const auto kFields =
      base::Fields<Config>("Cuts the square in the middle; smaller pictures get a black border first.")
          .number("size", &Config::size, size_rule("the side of the square, in pixels"));
  return kFields;
}

const base::Fields<RandomCropConfig>& RandomCropConfig::fields() {
  using Config = RandomCropConfig;
  static const auto kFields =
      base::Fields<Config>("Cuts a square at a random place; smaller pictures get a black border first.")
          .number("size", &Config::size, size_rule("the side of the square, in pixels"));
  return kFields;
}

const base::Fields<RandomResizedCropConfig>& RandomResizedCropConfig::fields() {
  using Config = RandomResizedCropConfig;
  static const auto kFields =
      base::Fields<Config>("Cuts a window of random area, shape and place, and scales it to a square.")
          .number("size", &Config::size, size_rule("the side of the square afterwards, in pixels"))
          .numbers("area", &Config::area,
                   {.help = "least and most area of the window, as fractions of the picture's",
                    .min = 1e-6,
                    .max = 1.0,
                    .paper = "[0.08, 1] in GoogLeNet, section 6"})
          .numbers("aspect", &Config::aspect,
                   {.help = "least and most width / height of the window, log-uniform between",
                    .min = 0.01,
                    .max = 100.0,
                    .paper = "[3/4, 4/3] in GoogLeNet, section 6"})
          .choice("filter", &Config::filter, image::filter_names(), kFilterRule)
          .check([](const Config& config) { return range_problem("area", config.area); })
          .check([](const Config& config) { return range_problem("aspect", config.aspect); });
  return kFields;
}

const base::Fields<HorizontalFlipConfig>& HorizontalFlipConfig::fields() {
  using Config = HorizontalFlipConfig;
  static const auto kFields = base::Fields<Config>("Exchanges left and right at random.")
                                  .number("probability", &Config::probability,
                                          {.help = "how often the picture is mirrored", .min = 0, .max = 1});
  return kFields;
}

const base::Fields<PadAndRandomCropConfig>& PadAndRandomCropConfig::fields() {
  using Config = PadAndRandomCropConfig;
  static const auto kFields =
      base::Fields<Config>("Adds a border on all four sides, then cuts a square at a random place.")
          .number("padding", &Config::padding,
                  {.help = "width of the border, in pixels",
                   .min = 0,
                   .max = kLargestSize,
                   .paper = "4 for CIFAR-10 in ResNet, section 4.2",
                   .required = true})
          .number("size", &Config::size, size_rule("the side of the square, in pixels"))
          .number("fill", &Config::fill, {.help = "grey level of the border", .min = 0, .max = 255});
  return kFields;
}

const base::Fields<PcaColourConfig>& PcaColourConfig::fields() {
  using Config = PcaColourConfig;
  static const auto kFields =
      base::Fields<Config>("Shifts all pixels along the principal components of ImageNet's colours.")
          .number("std", &Config::std,
                  {.help = "standard deviation of the three random factors",
                   .min = 0,
                   .max = 10,
                   .paper = "0.1 in AlexNet, section 4.1"})
          .choice("constants", &Config::constants,
                  {{"krizhevsky_2012", PcaConstants::kKrizhevsky2012}, {"lighting", PcaConstants::kLighting}},
                  {.help = "krizhevsky_2012 scales by the standard deviations of the 2012 code; "
                           "lighting by "
                           "the eigenvalues of later code, a shift 2 to 17 times weaker",
                   .paper = "the text says eigenvalues, the 2012 code has standard deviations"})
          .boolean("compensate_variance", &Config::compensate_variance,
                   {.help = "divide the picture's distance from ImageNet's mean colour, and the shift, by "
                            "1 + std, in training only",
                    .paper = "true in the 2012 code, not in the text"});
  return kFields;
}

const base::Fields<ColourJitterConfig>& ColourJitterConfig::fields() {
  using Config = ColourJitterConfig;
  const auto strength = [](const std::string& what) {
    return base::NumberRule{.help = what + " is scaled by a factor from max(0, 1 - x) to 1 + x", .min = 0, .max = 10};
  };
  static const auto kFields =
      base::Fields<Config>("Changes brightness, contrast and saturation at random, in random order.")
          .number("brightness", &Config::brightness, strength("brightness"))
          .number("contrast", &Config::contrast, strength("contrast"))
          .number("saturation", &Config::saturation, strength("saturation"));
  return kFields;
}

const base::Alternatives<TransformConfig>& transform_alternatives() {
  static const auto kAlternatives = base::Alternatives<TransformConfig>("op")
                                        .option<ResizeShorterSideConfig>("resize_shorter_side")
                                        .option<RandomShorterSideConfig>("random_shorter_side")
                                        .option<ResizeConfig>("resize")
                                        .option<CenterCropConfig>("center_crop")
                                        .option<RandomCropConfig>("random_crop")
                                        .option<RandomResizedCropConfig>("random_resized_crop")
                                        .option<HorizontalFlipConfig>("horizontal_flip")
                                        .option<PadAndRandomCropConfig>("pad_and_random_crop")
                                        .option<PcaColourConfig>("pca_colour")
                                        .option<ColourJitterConfig>("colour_jitter")
                                        .option<RandAugmentConfig>("rand_augment")
                                        .option<TrivialAugmentWideConfig>("trivial_augment_wide")
                                        .option<AutoAugmentConfig>("auto_augment")
                                        .option<RandomErasingConfig>("random_erasing");
  return kAlternatives;
}

}  // namespace topfive::augment
