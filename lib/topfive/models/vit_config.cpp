#include <string>

#include "topfive/models/vit.h"

namespace topfive::models {
namespace {

std::string vit_problem_in(const VitConfig& config) {
  if (config.image_size % config.patch_size != 0) {
    return "image_size must be a multiple of patch_size (" + std::to_string(config.patch_size) + ")";
  }
  if (config.image_size / config.patch_size < 2) return "image_size must be at least twice the patch_size";
  return "";
}

void add_vit_shape_fields(base::Fields<VitConfig>& fields) {
  fields
      .choice("size", &VitConfig::size,
              {{"Ti", VitSize::kTi}, {"S", VitSize::kS}, {"B", VitSize::kB}, {"L", VitSize::kL}, {"H", VitSize::kH}},
              {.help = "Width and depth: Ti 192x12, S 384x12, B 768x12, L 1024x24, H 1280x32",
               .paper = "B, L, H (table 1)"})
      .number("patch_size", &VitConfig::patch_size,
              {.help = "Side of the square patches in pixels", .min = 1, .max = 256, .paper = "16, 32, 14"})
      .number("num_classes", &VitConfig::num_classes,
              {.help = "Classes to tell apart", .min = 2, .max = 1'000'000, .paper = "1000"})
      .number("input_channels", &VitConfig::input_channels,
              {.help = "1 for grey pictures, 3 for colour", .min = 1, .max = 4, .paper = "3"})
      .number("image_size", &VitConfig::image_size,
              {.help = "Side of the square input in pixels", .min = 2, .max = 4096, .paper = "224"})
      .choice("pool", &VitConfig::pool, {{"class_token", VitPool::kClassToken}, {"average", VitPool::kAverage}},
              {.help = "What the classifier sees: an extra token, or the mean of the patches",
               .paper = "class_token (section 3.1)"})
      .choice("positions", &VitConfig::positions,
              {{"learned", VitPositions::kLearned}, {"sincos2d", VitPositions::kSinCos2d}},
              {.help = "Learned position embedding, or fixed sines and cosines", .paper = "learned (section 3.1)"});
}

void add_vit_method_fields(base::Fields<VitConfig>& fields) {
  fields
      .number("dropout", &VitConfig::dropout,
              {.help = "After the embedding, the attention and each linear layer of the perceptrons",
               .min = 0,
               .max = 0.99,
               .paper = "0.1 (table 3)"})
      .number("attention_dropout", &VitConfig::attention_dropout,
              {.help = "On the attention's weights", .min = 0, .max = 0.99, .paper = "0"})
      .number("stochastic_depth", &VitConfig::stochastic_depth,
              {.help = "Probability of dropping the last layer's branches in training, rising linearly from 0",
               .min = 0,
               .max = 0.9,
               .paper = "0 (DeiT: 0.1)"})
      .choice("activation", &VitConfig::activation, activation_names(),
              {.help = "Non-linearity of the perceptrons", .paper = "gelu (section 3.1)"})
      .choice("init", &VitConfig::init, {{"torchvision", VitInit::kTorchvision}, {"timm", VitInit::kTimm}},
              {.help = "Initial weights: Glorot with a zero head, or N(0, 0.02)",
               .paper = "Glorot, head 0 (official code)"});
}

}  // namespace

const base::Fields<VitConfig>& VitConfig::fields() {
  static const auto kFields = [] {
    base::Fields<VitConfig> fields("Vision transformer (Dosovitskiy et al. 2020): attention over patches.");
    add_vit_shape_fields(fields);
    add_vit_method_fields(fields);
    fields.check(vit_problem_in);
    return fields;
  }();
  return kFields;
}

}  // namespace topfive::models
