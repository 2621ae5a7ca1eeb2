#include <string>

#include "topfive/models/alexnet.h"

namespace topfive::models {
namespace {

std::string alexnet_problem_in(const AlexNetConfig& config) {
  const bool torchvision = config.variant == AlexNetVariant::kTorchvision;
  if (torchvision && config.lrn != LrnForm::kAuto && config.lrn != LrnForm::kNone) {
    return "variant torchvision has no response normalisation: lrn must be auto or none";
  }
  if (torchvision && !config.overlapping_pooling) {
    return "variant torchvision always pools with overlap: overlapping_pooling must be true";
  }
  if (config.batch_norm && config.variant != AlexNetVariant::kSmall) {
    return "batch_norm is for variant small only";
  }
  if (config.placement == AlexNetPlacement::kTwoColumns) {
    if (config.variant != AlexNetVariant::k2012) return "placement two_columns is for variant 2012 only";
    if (config.lrn == LrnForm::kCaffe) return "lrn caffe normalises across both columns: placement must be one_device";
    if (config.activation != ActivationKind::kRelu) return "placement two_columns has activation relu only";
  }
  if (config.variant != AlexNetVariant::kSmall && config.image_size < 63) {
    return "image_size must be 63 or more (variant small takes 16 to 64)";
  }
  if (config.variant == AlexNetVariant::kSmall && config.image_size > 64) {
    return "variant small takes an image_size of 16 to 64";
  }
  return "";
}

void add_shape_fields(base::Fields<AlexNetConfig>& fields) {
  fields
      .choice("variant", &AlexNetConfig::variant,
              {{"2012", AlexNetVariant::k2012},
               {"torchvision", AlexNetVariant::kTorchvision},
               {"half", AlexNetVariant::kHalf},
               {"small", AlexNetVariant::kSmall}},
              {.help = "The paper's two-column net, torchvision's one-column net, one of the paper's columns, or one "
                       "for small pictures",
               .paper = "2012 (sections 3.2, 3.5)"})
      .number("num_classes", &AlexNetConfig::num_classes,
              {.help = "Classes to tell apart", .min = 2, .max = 1'000'000, .paper = "1000"})
      .number("input_channels", &AlexNetConfig::input_channels,
              {.help = "1 for grey pictures, 3 for colour", .min = 1, .max = 4, .paper = "3"})
      .number("image_size", &AlexNetConfig::image_size,
              {.help = "Side of the square input in pixels; variant torchvision takes any from 63 on",
               .min = 16,
               .max = 4096,
               .paper = "224 (section 3.5)"});
}

void add_method_fields(base::Fields<AlexNetConfig>& fields) {
  fields
      .number("dropout", &AlexNetConfig::dropout,
              {.help = "Probability of dropping a unit of the two hidden fully connected layers",
               .min = 0,
               .max = 0.99,
               .paper = "0.5 (section 4.2)"})
      .choice("lrn", &AlexNetConfig::lrn,
              {{"auto", LrnForm::kAuto},
               {"paper", LrnForm::kPaper},
               {"code_2012", LrnForm::kCode2012},
               {"caffe", LrnForm::kCaffe},
               {"none", LrnForm::kNone}},
              {.help = "Response normalisation after conv1 and conv2; auto is paper in variants "
                       "2012 and half, else none",
               .paper = "k 2, n 5, alpha 1e-4, beta 0.75 (section 3.3)"})
      .boolean("overlapping_pooling", &AlexNetConfig::overlapping_pooling,
               {.help = "Max pooling 3x3 with stride 2; false is 2x2 with stride 2", .paper = "true (section 3.4)"})
      .choice(
          "init", &AlexNetConfig::init,
          {{"auto", AlexNetInit::kAuto},
           {"paper", AlexNetInit::kPaper},
           {"code_2012", AlexNetInit::kCode2012},
           {"caffe", AlexNetInit::kCaffe},
           {"he", AlexNetInit::kHe},
           {"lecun", AlexNetInit::kLecun},
           {"torch_default", AlexNetInit::kTorchDefault}},
          {.help =
               "Initial weights; auto is paper in variants 2012 and half, torch_default in torchvision, lecun in small",
           .paper = "N(0, 0.01); bias 1 in conv2, conv4, conv5, fc6, fc7 (section 5)"})
      .boolean("batch_norm", &AlexNetConfig::batch_norm,
               {.help = "Batch normalisation after every convolution; variant small only", .paper = "false"})
      .choice("activation", &AlexNetConfig::activation, activation_names(),
              {.help = "Non-linearity after every layer but the last", .paper = "relu (section 3.1)"})
      .choice("placement", &AlexNetConfig::placement,
              {{"one_device", AlexNetPlacement::kOneDevice}, {"two_columns", AlexNetPlacement::kTwoColumns}},
              {.help = "two_columns: each column of variant 2012 on a device of its own",
               .paper = "two_columns (section 3.2)"});
}

}  // namespace

const base::Fields<AlexNetConfig>& AlexNetConfig::fields() {
  static const auto kFields = [] {
    base::Fields<AlexNetConfig> fields("AlexNet (Krizhevsky et al. 2012): five convolutions, three linear layers.");
    add_shape_fields(fields);
    add_method_fields(fields);
    fields.check(alexnet_problem_in);
    return fields;
  }();
  return kFields;
}

}  // namespace topfive::models
