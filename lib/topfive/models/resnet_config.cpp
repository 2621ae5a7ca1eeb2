#include <algorithm>
#include <array>
#include <string>

#include "topfive/models/resnet.h"

namespace topfive::models {
namespace {

std::string resnet_problem_in(const ResNetConfig& config) {
  if (config.family == ResNetFamily::kCifar) {
    if ((config.depth - 2) % 6 != 0) return "depth must be 6n + 2 in family cifar: 20, 32, 44, 56, 110, ...";
    if (config.stride_in == ResNetStride::kFirst1x1)
      return "stride_in first_1x1 needs bottlenecks: depth 50, 101 or 152";
    return "";
  }
  constexpr std::array<int, 5> kDepths = {18, 34, 50, 101, 152};
  if (std::find(kDepths.begin(), kDepths.end(), config.depth) == kDepths.end()) {
    return "depth must be 18, 34, 50, 101 or 152 in family imagenet";
  }
  const bool bottleneck = config.depth >= 50;
  if (config.plain && bottleneck) return "plain networks have a depth of 18 or 34 in family imagenet";
  if (config.stride_in == ResNetStride::kFirst1x1 && !bottleneck) {
    return "stride_in first_1x1 needs bottlenecks: depth 50, 101 or 152";
  }
  return "";
}

void add_resnet_shape_fields(base::Fields<ResNetConfig>& fields) {
  fields
      .choice("family", &ResNetConfig::family, {{"imagenet", ResNetFamily::kImageNet}, {"cifar", ResNetFamily::kCifar}},
              {.help = "Table 1's networks, or those of section 4.2 for small pictures"})
      .number("depth", &ResNetConfig::depth,
              {.help = "Layers with weights: 18, 34, 50, 101, 152; family cifar: 6n + 2", .min = 8, .max = 1202})
      .boolean("plain", &ResNetConfig::plain, {.help = "The same network without shortcuts", .paper = "false"})
      .choice("stride_in", &ResNetConfig::stride_in,
              {{"3x3", ResNetStride::k3x3}, {"first_1x1", ResNetStride::kFirst1x1}},
              {.help = "Which convolution of a bottleneck has the stride", .paper = "first_1x1; torchvision: 3x3"})
      .choice(
          "shortcut", &ResNetConfig::shortcut,
          {{"auto", ResNetShortcut::kAuto},
           {"A", ResNetShortcut::kA},
           {"B", ResNetShortcut::kB},
           {"C", ResNetShortcut::kC}},
          {.help = "A: zeros for new channels; B: 1x1 convolution where the size changes; C: everywhere; auto is B, "
                   "in family cifar A",
           .paper = "B for 50 and more layers, A on CIFAR (section 4)"})
      .number("num_classes", &ResNetConfig::num_classes,
              {.help = "Classes to tell apart", .min = 2, .max = 1'000'000, .paper = "1000"})
      .number("input_channels", &ResNetConfig::input_channels,
              {.help = "1 for grey pictures, 3 for colour", .min = 1, .max = 4, .paper = "3"})
      .number("image_size", &ResNetConfig::image_size,
              {.help = "Side that inspect computes with, 0 for 224 (cifar: 32); the network takes others",
               .min = 0,
               .max = 4096,
               .paper = "224 (section 3.4)"});
}

void add_resnet_method_fields(base::Fields<ResNetConfig>& fields) {
  fields
      .boolean("zero_init_last_gamma", &ResNetConfig::zero_init_last_gamma,
               {.help = "Every block starts as the identity (Goyal et al., arXiv 1706.02677)", .paper = "false"})
      .boolean("anti_aliased_stride", &ResNetConfig::anti_aliased_stride,
               {.help = "Blur before every second pixel is dropped (Zhang 2019)", .paper = "false"})
      .number("stochastic_depth", &ResNetConfig::stochastic_depth,
              {.help = "Probability of dropping the last block in training, rising linearly over the blocks",
               .min = 0,
               .max = 0.9,
               .paper = "0 (Huang et al. 2016: 0.5)"})
      .choice("activation", &ResNetConfig::activation, activation_names(),
              {.help = "Non-linearity after every normalisation and sum", .paper = "relu"})
      .choice("init", &ResNetConfig::init,
              {{"torchvision", ResNetInit::kTorchvision},
               {"paper", ResNetInit::kPaper},
               {"torch_default", ResNetInit::kTorchDefault}},
              {.help = "Initial weights: He et al. by the outputs (torchvision) or inputs (paper)",
               .paper = "paper (section 3.4)"});
}

}  // namespace

const base::Fields<ResNetConfig>& ResNetConfig::fields() {
  static const auto kFields = [] {
    base::Fields<ResNetConfig> fields("ResNet (He et al. 2015): residual blocks of convolutions.");
    add_resnet_shape_fields(fields);
    add_resnet_method_fields(fields);
    fields.check(resnet_problem_in);
    return fields;
  }();
  return kFields;
}

int nominal_image_size(const ResNetConfig& config) {
  if (config.image_size > 0) return config.image_size;
  return config.family == ResNetFamily::kCifar ? 32 : 224;
}

}  // namespace topfive::models
