// What the options of the networks do.
#include <fstream>

#include <nlohmann/json.hpp>
#include <torch/torch.h>

#include "topfive/models/blur_pool.h"
#include "topfive/models/stochastic_depth.h"
#include "topfive/models/vit_positions.h"

#include "model_checks.h"
#include "support/catch.h"
#include "support/source_directory.h"

namespace topfive::models {
namespace {

std::shared_ptr<ImageClassifier> build(const std::string& json) {
  torch::manual_seed(11);
  return build_model(parse_model("{" + json + "}"));
}

}  // namespace

TEST_CASE("every network learns in every parameter, with other classes, channels and sizes") {
  const auto [json, channels, size] = GENERATE(table<std::string, int, int>({
      {R"("type": "vgg", "configuration": "A")", 1, 33},
      {R"("type": "vgg", "configuration": "A-LRN", "init": "glorot")", 3, 64},
      {R"("type": "googlenet")", 3, 64},
      {R"("type": "googlenet", "variant": "bn")", 1, 75},
      {R"("type": "googlenet", "variant": "torchvision")", 3, 96},
      {R"("type": "resnet", "depth": 18)", 1, 40},
      {R"("type": "resnet", "depth": 50, "anti_aliased_stride": true)", 3, 65},
      {R"("type": "resnet", "depth": 34, "plain": true)", 3, 64},
      {R"("type": "resnet", "family": "cifar", "depth": 20, "stochastic_depth": 0.2)", 3, 32},
      {R"("type": "vit", "size": "Ti", "image_size": 64, "init": "timm")", 1, 64},
      {R"("type": "vit", "size": "Ti", "image_size": 64, "init": "timm", "pool": "average", "dropout": 0.1)", 3, 64},
      {R"("type": "alexnet", "variant": "half", "image_size": 67, "activation": "tanh", "init": "he")", 3, 67},
  }));
  INFO(json);
  const auto model = build(json + R"(, "num_classes": 7, "input_channels": )" + std::to_string(channels));
  const auto prediction = model->forward(torch::randn({4, channels, size, size}));
  CHECK(prediction.logits.sizes() == torch::IntArrayRef({4, 7}));
  auto loss = torch::cross_entropy_loss(prediction.logits, torch::tensor({1, 2, 3, 6}));
  for (const auto& auxiliary : prediction.auxiliary_logits) {
    loss = loss + torch::cross_entropy_loss(auxiliary, torch::tensor({1, 2, 3, 6}));
  }
  loss.backward();
  for (const auto& item : model->named_parameters()) {
    INFO(item.key());
    CHECK(item.value().grad().defined());
    CHECK(item.value().grad().isfinite().all().item<bool>());
  }
}

TEST_CASE("every activation trains in every family") {
  const auto& [name, kind] = GENERATE(from_range(activation_names()));
  const auto family = GENERATE(as<std::string>(), R"("type": "resnet", "family": "cifar", "depth": 8)",
                               R"("type": "alexnet", "variant": "small", "image_size": 32)",
                               R"("type": "vit", "size": "Ti", "patch_size": 16, "image_size": 32)");
  INFO(name << " in " << family);
  const auto model = build(family + R"(, "num_classes": 3, "activation": ")" + name + '"');
  const auto logits = model->forward(torch::randn({2, 3, 32, 32})).logits;
  torch::cross_entropy_loss(logits, torch::tensor({0, 2})).backward();
  CHECK(model->parameters().front().grad().isfinite().all().item<bool>());
  const auto names = model->named_parameters().keys();
  const bool has_slopes = std::any_of(names.begin(), names.end(), [&](const std::string& parameter) {
    return parameter.find("activation") != std::string::npos || parameter.ends_with("mlp.1.weight");
  });
  CHECK(has_slopes == (kind == ActivationKind::kPrelu));
}

TEST_CASE("GoogLeNet's auxiliary logits come in training only") {
  const auto model = build(R"("type": "googlenet", "num_classes": 5)");
  const auto images = torch::randn({2, 3, 64, 64});
  CHECK(model->forward(images).auxiliary_logits.size() == 2);
  model->eval();
  CHECK(model->forward(images).auxiliary_logits.empty());
  const auto bare = build(R"("type": "googlenet", "num_classes": 5, "auxiliary_heads": false)");
  CHECK(bare->forward(images).auxiliary_logits.empty());
}

TEST_CASE("with a zero last gamma every residual block starts as its shortcut") {
  const auto model = build(R"("type": "resnet", "depth": 50, "zero_init_last_gamma": true)");
  const auto parameters = model->named_parameters();
  for (const std::string name : {"layer1.0.bn3.weight", "layer4.2.bn3.weight"}) {
    CHECK(parameters[name].abs().sum().item<double>() == 0.0);
  }
  CHECK(parameters["layer1.0.bn2.weight"].min().item<double>() == 1.0);
}

TEST_CASE("initial weights have the scale that their scheme promises") {
  const auto by_outputs = build(R"("type": "resnet", "depth": 18)")->named_parameters()["layer2.0.conv1.weight"];
  CHECK(by_outputs.std().item<double>() == Approx(std::sqrt(2.0 / (128 * 9))).epsilon(0.02));
  const auto by_inputs =
      build(R"("type": "resnet", "depth": 18, "init": "paper")")->named_parameters()["layer2.0.conv1.weight"];
  CHECK(by_inputs.std().item<double>() == Approx(std::sqrt(2.0 / (64 * 9))).epsilon(0.02));
  const auto vit = build(R"("type": "vit", "size": "Ti")")->named_parameters();
  CHECK(vit["encoder.pos_embedding"].std().item<double>() == Approx(0.02).epsilon(0.02));
  CHECK(vit["heads.head.weight"].abs().max().item<double>() == 0.0);
  const double bound = std::sqrt(6.0 / (4 * 192));
  const auto projection = vit["encoder.layers.encoder_layer_3.self_attention.in_proj_weight"];
  CHECK(projection.abs().max().item<double>() == Approx(bound).epsilon(0.01));
}

TEST_CASE("stochastic depth drops whole pictures at its rate, keeps the mean, and sleeps in evaluation") {
  torch::manual_seed(5);
  const auto branch = torch::ones({4000, 2, 3});
  const auto dropped = stochastic_depth(branch, 0.3, true);
  const auto kept = (dropped[0][0][0].item<double>() != 0.0);
  CHECK(dropped.view({4000, -1}).std(1).max().item<double>() < 1e-6);
  CHECK((kept || dropped[0].abs().sum().item<double>() == 0.0));
  CHECK(dropped.eq(0).to(torch::kFloat64).mean().item<double>() == Approx(0.3).margin(0.03));
  CHECK(dropped.mean().item<double>() == Approx(1.0).margin(0.05));
  CHECK(torch::equal(stochastic_depth(branch, 0.3, false), branch));
  CHECK(torch::equal(stochastic_depth(branch, 0.0, true), branch));
}

TEST_CASE("blur pooling halves the size, keeps constants and removes the finest pattern") {
  const auto constant = torch::full({1, 2, 5, 6}, 3.0);
  CHECK(torch::allclose(blur_pool(constant), torch::full({1, 2, 3, 3}, 3.0)));
  const auto stripes = (torch::arange(8) % 2).to(torch::kFloat32).expand({1, 1, 8, 8});
  CHECK(torch::allclose(blur_pool(stripes), torch::full({1, 1, 4, 4}, 0.5)));
}

TEST_CASE("resampled positions keep the class token, the corners and a grid of the same size") {
  torch::manual_seed(6);
  const auto embedding = torch::randn({1, 1 + 49, 8});
  const auto larger = resample_positions(embedding, 12, true);
  CHECK(larger.sizes() == torch::IntArrayRef({1, 145, 8}));
  CHECK(torch::equal(larger[0][0], embedding[0][0]));
  CHECK(torch::allclose(larger[0][1], embedding[0][1], 1e-5, 1e-6));
  CHECK(torch::allclose(larger[0][144], embedding[0][49], 1e-5, 1e-6));
  CHECK(torch::allclose(resample_positions(embedding, 7, true), embedding, 1e-5, 1e-6));
  CHECK(resample_positions(embedding.narrow(1, 1, 49), 3, false).sizes() == torch::IntArrayRef({1, 9, 8}));
}

TEST_CASE("resampled positions are those of torchvision's interpolate_embeddings") {
  const auto golden = nlohmann::json::parse(std::ifstream(tests::golden_path("vit_positions.json")));
  for (const auto& expected : golden) {
    const auto values = [&](const char* key) {
      return torch::tensor(expected[key].get<std::vector<float>>()).view({1, -1, 4});
    };
    const auto side = expected["new_side"].get<std::int64_t>();
    CHECK(torch::allclose(resample_positions(values("old"), side, true), values("new"), 1e-5, 1e-6));
  }
}

TEST_CASE("what a network cannot be is refused with the reason") {
  const auto [json, reason] = GENERATE(table<std::string, std::string>({
      {R"("type": "vgg", "configuration": "A-LRN", "batch_norm": true)", "batch_norm must be false"},
      {R"("type": "vgg", "configuration": "F")", "is not one of A"},
      {R"("type": "resnet", "depth": 51)", "depth must be 18, 34, 50, 101 or 152"},
      {R"("type": "resnet", "depth": 50, "plain": true)", "plain networks"},
      {R"("type": "resnet", "depth": 18, "stride_in": "first_1x1")", "needs bottlenecks"},
      {R"("type": "resnet", "family": "cifar", "depth": 21)", "6n + 2"},
      {R"("type": "vit", "image_size": 100)", "multiple of patch_size"},
      {R"("type": "googlenet", "transform_input": true, "input_channels": 1)", "must be 3"},
  }));
  INFO(json);
  CHECK_THROWS_WITH(parse_model("{" + json + "}"), ContainsSubstring(reason));
}

}  // namespace topfive::models
