#include "topfive/models/lenet.h"

#include <string>

#include "topfive/models/lenet_parts.h"

namespace topfive::models {
namespace {

std::string lenet_problem_in(const LeNetConfig& config) {
  if (config.variant != LeNetVariant::k1998) return "";
  if (config.num_classes != 10) return "variant 1998 has codes for ten digits: num_classes must be 10";
  if (config.input_channels != 1) return "variant 1998 reads grey pictures: input_channels must be 1";
  return "";
}

}  // namespace

const base::Fields<LeNetConfig>& LeNetConfig::fields() {
  static const auto kFields =
      base::Fields<LeNetConfig>("LeNet-5 (LeCun et al. 1998), for pictures of 28 or 32 pixels.")
          .choice("variant", &LeNetConfig::variant, {{"1998", LeNetVariant::k1998}, {"modern", LeNetVariant::kModern}},
                  {.help = "The paper's network, or the same sizes with rectifiers and max pooling",
                   .paper = "1998 (section II.B)"})
          .number("num_classes", &LeNetConfig::num_classes,
                  {.help = "Classes to tell apart; 10 in variant 1998", .min = 2, .max = 1'000'000, .paper = "10"})
          .number("input_channels", &LeNetConfig::input_channels,
                  {.help = "1 for grey pictures, 3 for colour; 1 in variant 1998", .min = 1, .max = 4, .paper = "1"})
          .number("padding_value", &LeNetConfig::padding_value,
                  {.help = "Value of the border that pads 28 pixels to 32, after normalisation: "
                           "the background",
                   .min = -1000,
                   .max = 1000,
                   .paper = "-0.1, the background (section II.B)"})
          .check(lenet_problem_in);
  return kFields;
}

std::shared_ptr<ImageClassifier> make_lenet(const LeNetConfig& config) {
  return config.variant == LeNetVariant::k1998 ? make_lenet_1998(config) : make_lenet_modern(config);
}

}  // namespace topfive::models
