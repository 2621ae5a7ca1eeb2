#include "topfive/models/presets.h"

#include <array>
#include <utility>

#include "topfive/base/config_node.h"
#include "topfive/base/error.h"
#include "topfive/base/text.h"

namespace topfive::models {
namespace {

using NamePair = std::pair<std::string_view, std::string_view>;

// Other people's name, ours.
constexpr std::array<NamePair, 15> kAliases = {{{"vgg_a", "vgg11"},
                                                {"vgg_b", "vgg13"},
                                                {"vgg_d", "vgg16"},
                                                {"vgg_e", "vgg19"},
                                                {"googlenet_paper", "googlenet"},
                                                {"vit_b_16", "vit_b16"},
                                                {"vit_b_32", "vit_b32"},
                                                {"vit_l_16", "vit_l16"},
                                                {"vit_l_32", "vit_l32"},
                                                {"vit_h_14", "vit_h14"},
                                                {"vit_tiny_patch16_224", "vit_ti16"},
                                                {"vit_base_patch16_224", "vit_b16"},
                                                {"deit_tiny_patch16_224", "vit_ti16"},
                                                {"deit_small_patch16_224", "vit_s16"},
                                                {"deit_base_patch16_224", "vit_b16"}}};

std::vector<Preset> early_presets() {
  return {
      {"lenet5", R"({"type": "lenet5"})", "LeCun et al. 1998, to the letter"},
      {"lenet5_modern", R"({"type": "lenet5", "variant": "modern"})", "the same sizes, max pooling and ReLU"},
      {"alexnet_2012", R"({"type": "alexnet"})", "Krizhevsky et al. 2012, two columns"},
      {"alexnet_half", R"({"type": "alexnet", "variant": "half"})", "one of the two columns (section 3.2)"},
      {"alexnet", R"({"type": "alexnet", "variant": "torchvision"})", "torchvision's, one column (Krizhevsky 2014)"},
      {"vgg11", R"({"type": "vgg", "configuration": "A"})", "Simonyan, Zisserman 2014, A"},
      {"vgg_a_lrn", R"({"type": "vgg", "configuration": "A-LRN"})", "A with response normalisation"},
      {"vgg13", R"({"type": "vgg", "configuration": "B"})", "B"},
      {"vgg_b_shallow", R"({"type": "vgg", "configuration": "shallow_B"})", "B with one 5x5 for two 3x3"},
      {"vgg_c", R"({"type": "vgg", "configuration": "C"})", "C, with 1x1 convolutions"},
      {"vgg16", R"({"type": "vgg", "configuration": "D"})", "D"},
      {"vgg19", R"({"type": "vgg", "configuration": "E"})", "E"},
      {"vgg11_bn", R"({"type": "vgg", "configuration": "A", "batch_norm": true})", "A, batch normalisation"},
      {"vgg13_bn", R"({"type": "vgg", "configuration": "B", "batch_norm": true})", "B, batch normalisation"},
      {"vgg16_bn", R"({"type": "vgg", "configuration": "D", "batch_norm": true})", "D, batch normalisation"},
      {"vgg19_bn", R"({"type": "vgg", "configuration": "E", "batch_norm": true})", "E, batch normalisation"},
      {"googlenet", R"({"type": "googlenet"})", "Szegedy et al. 2014, table 1"},
      {"googlenet_torchvision",
       R"({"type": "googlenet", "variant": "torchvision", "transform_input": true, "dropout": 0.2})",
       "torchvision's: 3x3 for 5x5, batch normalisation"},
      {"googlenet_bn", R"({"type": "googlenet", "variant": "bn"})", "the paper's filters, batch normalisation"},
  };
}

std::vector<Preset> residual_presets() {
  return {
      {"resnet18", R"({"type": "resnet", "depth": 18})", "He et al. 2015"},
      {"resnet34", R"({"type": "resnet", "depth": 34})", "He et al. 2015"},
      {"resnet50", R"({"type": "resnet", "depth": 50})", "stride in the 3x3, as torchvision"},
      {"resnet101", R"({"type": "resnet", "depth": 101})", "stride in the 3x3, as torchvision"},
      {"resnet152", R"({"type": "resnet", "depth": 152})", "stride in the 3x3, as torchvision"},
      {"resnet50_v1", R"({"type": "resnet", "depth": 50, "stride_in": "first_1x1"})",
       "stride in the 1x1, as the paper"},
      {"resnet101_v1", R"({"type": "resnet", "depth": 101, "stride_in": "first_1x1"})",
       "stride in the 1x1, as the paper"},
      {"resnet152_v1", R"({"type": "resnet", "depth": 152, "stride_in": "first_1x1"})",
       "stride in the 1x1, as the paper"},
      {"resnet50_blur", R"({"type": "resnet", "depth": 50, "anti_aliased_stride": true})", "anti-aliased (Zhang 2019)"},
      {"plain18", R"({"type": "resnet", "depth": 18, "plain": true})", "without shortcuts"},
      {"plain34", R"({"type": "resnet", "depth": 34, "plain": true})", "without shortcuts"},
      {"resnet20_cifar", R"({"type": "resnet", "family": "cifar", "depth": 20, "num_classes": 10})", "section 4.2"},
      {"resnet32_cifar", R"({"type": "resnet", "family": "cifar", "depth": 32, "num_classes": 10})", "section 4.2"},
      {"resnet44_cifar", R"({"type": "resnet", "family": "cifar", "depth": 44, "num_classes": 10})", "section 4.2"},
      {"resnet56_cifar", R"({"type": "resnet", "family": "cifar", "depth": 56, "num_classes": 10})", "section 4.2"},
      {"resnet110_cifar", R"({"type": "resnet", "family": "cifar", "depth": 110, "num_classes": 10})", "section 4.2"},
      {"plain20_cifar", R"({"type": "resnet", "family": "cifar", "depth": 20, "num_classes": 10, "plain": true})",
       "without shortcuts"},
      {"plain32_cifar", R"({"type": "resnet", "family": "cifar", "depth": 32, "num_classes": 10, "plain": true})",
       "without shortcuts"},
      {"plain44_cifar", R"({"type": "resnet", "family": "cifar", "depth": 44, "num_classes": 10, "plain": true})",
       "without shortcuts"},
      {"plain56_cifar", R"({"type": "resnet", "family": "cifar", "depth": 56, "num_classes": 10, "plain": true})",
       "without shortcuts"},
      {"plain110_cifar", R"({"type": "resnet", "family": "cifar", "depth": 110, "num_classes": 10, "plain": true})",
       "without shortcuts"},
  };
}

std::vector<Preset> transformer_presets() {
  return {
      {"vit_ti16", R"({"type": "vit", "size": "Ti"})", "Touvron et al. 2020 (DeiT), patches of 16"},
      {"vit_s16", R"({"type": "vit", "size": "S"})", "Touvron et al. 2020 (DeiT), patches of 16"},
      {"vit_b16", R"({"type": "vit", "size": "B"})", "Dosovitskiy et al. 2020, patches of 16"},
      {"vit_b32", R"({"type": "vit", "size": "B", "patch_size": 32})", "patches of 32"},
      {"vit_l16", R"({"type": "vit", "size": "L"})", "patches of 16"},
      {"vit_l32", R"({"type": "vit", "size": "L", "patch_size": 32})", "patches of 32"},
      {"vit_h14", R"({"type": "vit", "size": "H", "patch_size": 14})", "patches of 14"},
  };
}

}  // namespace

const std::vector<Preset>& presets() {
  static const auto kPresets = [] {
    std::vector<Preset> all = early_presets();
    for (const auto& more : {residual_presets(), transformer_presets()})
      all.insert(all.end(), more.begin(), more.end());
    return all;
  }();
  return kPresets;
}

const Preset* find_preset(std::string_view name) {
  for (const auto& [alias, ours] : kAliases) {
    if (alias == name) name = ours;
  }
  for (const Preset& preset : presets()) {
    if (preset.name == name) return &preset;
  }
  return nullptr;
}

ModelConfig preset_config(const std::string& name) {
  const Preset* preset = find_preset(name);
  if (preset == nullptr) {
    std::vector<std::string> names;
    for (const Preset& known : presets()) names.emplace_back(known.name);
    throw base::UserError(base::ExitCode::kUsage, base::in_quotes(name) + " is no known network" +
                                                      base::did_you_mean(name, names) +
                                                      " inspect model lists them; a config file may stand here too");
  }
  const auto document = base::ConfigDocument::parse(preset->json, std::string(preset->name));
  return model_alternatives().parse(base::ConfigNode(document));
}

}  // namespace topfive::models
