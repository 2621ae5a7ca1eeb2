// Exact sizes: torchvision's published counts for its networks, counts by hand from the papers' tables for the others.
#include <torch/torch.h>

#include "topfive/models/parameter_count.h"
#include "topfive/models/uninitialised_model.h"

#include "model_checks.h"
#include "support/catch.h"

namespace topfive::models {
namespace {

using Sized = std::tuple<std::string, std::int64_t>;

std::int64_t count_of(const std::string& json) {
  return parameter_count(*build_uninitialised_model(parse_model("{" + json + "}")));
}

}  // namespace

TEST_CASE("AlexNet and LeNet-5 have the papers' parameters") {
  const auto [json, expected] = GENERATE(table<std::string, std::int64_t>({
      {R"("type": "alexnet")", 60'965'224},
      {R"("type": "alexnet", "placement": "two_columns")", 60'965'224},
      {R"("type": "alexnet", "variant": "half")", 59'798'312},
      {R"("type": "alexnet", "variant": "torchvision")", 61'100'840},
      {R"("type": "lenet5", "variant": "1998")", 60'000},
      {R"("type": "lenet5", "variant": "modern")", 61'706},
  }));
  INFO(json);
  CHECK(count_of(json) == expected);
}

TEST_CASE("VGG has the published parameters in every configuration") {
  const auto [json, expected] = GENERATE(table<std::string, std::int64_t>({
      {R"("configuration": "A")", 132'863'336},
      {R"("configuration": "A-LRN")", 132'863'336},
      {R"("configuration": "A", "batch_norm": true)", 132'868'840},
      {R"("configuration": "B")", 133'047'848},
      {R"("configuration": "B", "batch_norm": true)", 133'053'736},
      {R"("configuration": "C")", 133'638'952},
      {R"("configuration": "D")", 138'357'544},
      {R"("configuration": "D", "batch_norm": true)", 138'365'992},
      {R"("configuration": "E")", 143'667'240},
      {R"("configuration": "E", "batch_norm": true)", 143'678'248},
      {R"("configuration": "shallow_B")", 134'503'528},
  }));
  INFO(json);
  CHECK(count_of(R"("type": "vgg", )" + json) == expected);
}

TEST_CASE("GoogLeNet has the published parameters, with and without its auxiliary heads") {
  const auto [variant, without, with] = GENERATE(table<std::string, std::int64_t, std::int64_t>({
      {"paper", 6'998'552, 13'378'280},
      {"torchvision", 6'624'904, 13'004'888},
      {"bn", 7'005'832, 13'385'816},
  }));
  const std::string json = R"("type": "googlenet", "variant": ")" + variant + '"';
  CHECK(count_of(json + R"(, "auxiliary_heads": false)") == without);
  CHECK(count_of(json) == with);
}

TEST_CASE("ResNet has the published parameters at every depth") {
  const auto [json, expected] = GENERATE(table<std::string, std::int64_t>({
      {R"("depth": 18)", 11'689'512},
      {R"("depth": 34)", 21'797'672},
      {R"("depth": 50)", 25'557'032},
      {R"("depth": 50, "stride_in": "first_1x1")", 25'557'032},
      {R"("depth": 50, "anti_aliased_stride": true)", 25'557'032},
      {R"("depth": 101)", 44'549'160},
      {R"("depth": 152)", 60'192'808},
      {R"("depth": 18, "plain": true)", 11'515'688},
      {R"("depth": 34, "plain": true)", 21'623'848},
      {R"("depth": 18, "shortcut": "A")", 11'515'688},
      {R"("depth": 34, "shortcut": "A")", 21'623'848},
  }));
  INFO(json);
  CHECK(count_of(R"("type": "resnet", )" + json) == expected);
}

TEST_CASE("ResNet for CIFAR has the paper's parameters, residual and plain") {
  const auto [depth, expected] = GENERATE(
      table<int, std::int64_t>({{20, 269'722}, {32, 464'154}, {44, 658'586}, {56, 853'018}, {110, 1'727'962}}));
  const std::string json =
      R"("type": "resnet", "family": "cifar", "num_classes": 10, "depth": )" + std::to_string(depth);
  CHECK(count_of(json) == expected);
  CHECK(count_of(json + R"(, "plain": true)") == expected);
  CHECK(count_of(json + R"(, "shortcut": "B")") == expected + 2'752);
}

TEST_CASE("ViT has the published parameters in every size") {
  const auto [json, expected] = GENERATE(table<std::string, std::int64_t>({
      {R"("size": "Ti")", 5'717'416},
      {R"("size": "S")", 22'050'664},
      {R"("size": "B")", 86'567'656},
      {R"("size": "B", "patch_size": 32)", 88'224'232},
      {R"("size": "B", "image_size": 384)", 86'859'496},
      {R"("size": "L")", 304'326'632},
      {R"("size": "L", "patch_size": 32)", 306'535'400},
      {R"("size": "H", "patch_size": 14)", 632'045'800},
  }));
  INFO(json);
  CHECK(count_of(R"("type": "vit", )" + json) == expected);
}

}  // namespace topfive::models
