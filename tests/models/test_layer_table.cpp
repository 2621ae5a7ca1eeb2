#include <set>

#include <torch/torch.h>

#include "topfive/base/error.h"
#include "topfive/models/layer_table.h"
#include "topfive/models/presets.h"

#include "model_checks.h"
#include "support/catch.h"

namespace topfive::models {
namespace {

const LayerRow& row_of(const LayerTable& table, const std::string& name) {
  for (const LayerRow& row : table.layers) {
    if (row.name == name) return row;
  }
  throw std::runtime_error("no layer " + name);
}

double half_unit_of_third_digit(double value) { return 0.5 * std::pow(10.0, std::floor(std::log10(value)) - 2.0); }

}  // namespace

TEST_CASE("multiply-adds and parameters agree with the published ones to three digits") {
  // torchvision's metadata ("GFLOPs" there), and counts by hand for the papers' networks.
  const auto [name, parameters, giga_macs] = GENERATE(table<std::string, std::int64_t, double>({
      {"alexnet", 61'100'840, 0.714},        {"alexnet_2012", 60'965'224, 0.724},
      {"alexnet_half", 59'798'312, 0.392},   {"vgg11", 132'863'336, 7.609},
      {"vgg13", 133'047'848, 11.308},        {"vgg16", 138'357'544, 15.470},
      {"vgg19", 143'667'240, 19.632},        {"vgg11_bn", 132'868'840, 7.609},
      {"vgg13_bn", 133'053'736, 11.308},     {"vgg16_bn", 138'365'992, 15.470},
      {"vgg19_bn", 143'678'248, 19.632},     {"vgg_c", 133'638'952, 11.771},
      {"vgg_b_shallow", 134'503'528, 9.356}, {"googlenet", 6'998'552, 1.583},
      {"googlenet_bn", 7'005'832, 1.583},    {"googlenet_torchvision", 6'624'904, 1.498},
      {"resnet18", 11'689'512, 1.814},       {"resnet34", 21'797'672, 3.664},
      {"resnet50", 25'557'032, 4.089},       {"resnet101", 44'549'160, 7.801},
      {"resnet152", 60'192'808, 11.514},     {"resnet50_v1", 25'557'032, 3.858},
      {"resnet101_v1", 44'549'160, 7.570},   {"resnet152_v1", 60'192'808, 11.282},
      {"plain18", 11'515'688, 1.795},        {"plain34", 21'623'848, 3.644},
      {"vit_b_16", 86'567'656, 17.564},      {"vit_b_32", 88'224'232, 4.409},
      {"vit_l_16", 304'326'632, 61.555},     {"vit_l_32", 306'535'400, 15.378},
      {"vit_h_14", 632'045'800, 167.295},    {"vit_ti16", 5'717'416, 1.25},
      {"vit_s16", 22'050'664, 4.60},
  }));
  INFO(name);
  const LayerTable table = layer_table(preset_config(name));
  CHECK(table.parameters == parameters);
  CHECK((table.auxiliary_parameters > 0) == name.starts_with("googlenet"));
  CHECK(static_cast<double>(table.macs) / 1e9 == Approx(giga_macs).margin(half_unit_of_third_digit(giga_macs)));
}

TEST_CASE("a larger picture costs more, as ViT-B/16 at 384 pixels") {
  const auto config = parse_model(R"({"type": "vit", "size": "B", "image_size": 384})");
  CHECK(static_cast<double>(layer_table(config).macs) / 1e9 == Approx(55.484).epsilon(0.0005));
  CHECK(layer_table(preset_config("resnet50"), 448).macs > 3 * layer_table(preset_config("resnet50")).macs);
}

TEST_CASE("the rows of AlexNet 2012 are those of the paper") {
  const LayerTable table = layer_table(preset_config("alexnet_2012"));
  CHECK(table.input_shape == std::vector<std::int64_t>{3, 224, 224});
  CHECK(table.layers_with_weights == 8);
  const LayerRow& conv2 = row_of(table, "conv2");
  CHECK(conv2.type == "Conv2d 5x5, 2 groups");
  CHECK(conv2.output_shape == std::vector<std::int64_t>{256, 27, 27});
  CHECK(conv2.parameters == 307'456);
  CHECK(conv2.macs == 27 * 27 * 256 * 48 * 25);
  CHECK(conv2.activation_bytes == 27 * 27 * 256 * 4);
  CHECK(row_of(table, "conv1").type == "Conv2d 11x11/4");
  CHECK(row_of(table, "fc8").output_shape == std::vector<std::int64_t>{1000});
}

TEST_CASE("the rows hold every parameter of a network as it evaluates") {
  const auto name = GENERATE(as<std::string>(), "alexnet", "vgg16_bn", "googlenet", "googlenet_torchvision", "resnet50",
                             "lenet5_modern");
  const LayerTable table = layer_table(preset_config(name));
  std::int64_t sum = 0;
  for (const LayerRow& row : table.layers) sum += row.parameters;
  CHECK(sum == table.parameters);
}

TEST_CASE("a size that a network does not take is refused") {
  CHECK_THROWS_AS(layer_table(preset_config("vit_b16"), 100), base::UserError);
  CHECK_THROWS_WITH(layer_table(preset_config("alexnet"), 20), ContainsSubstring("does not take pictures of 20x20"));
}

TEST_CASE("every preset builds, and has a name of its own") {
  std::set<std::string_view> names;
  for (const Preset& preset : presets()) {
    INFO(preset.name);
    CHECK(names.insert(preset.name).second);
    CHECK_NOTHROW(layer_table(preset_config(std::string(preset.name))));
  }
  CHECK(names.size() >= 40);
}

TEST_CASE("a wrong name of a network is answered with the nearest one") {
  CHECK_THROWS_WITH(preset_config("resnet5"), ContainsSubstring("did you mean \"resnet50\"?"));
  CHECK(find_preset("deit_small_patch16_224")->name == "vit_s16");
  CHECK(find_preset("nothing") == nullptr);
}

}  // namespace topfive::models
