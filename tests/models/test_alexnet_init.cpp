#include <cmath>

#include <torch/torch.h>

#include "model_checks.h"
#include "support/catch.h"

namespace topfive::models {
namespace {

const std::vector<std::string> kLayers = {"conv1", "conv2", "conv3", "conv4", "conv5", "fc6", "fc7", "fc8"};

struct Expected {
  AlexNetInit init;
  std::vector<double> deviations;
  std::vector<double> biases;
};

}  // namespace

TEST_CASE("initial weights have the published deviations and biases, layer by layer") {
  const auto expected = GENERATE(
      Expected{AlexNetInit::kPaper, std::vector<double>(8, 0.01), {0, 1, 0, 1, 1, 1, 1, 0}},
      Expected{AlexNetInit::kCode2012, {.01, .01, .03, .03, .03, .01, .01, .01}, {0, 1, 0, 1, 1, 1, 1, 0}},
      Expected{AlexNetInit::kCaffe, {.01, .01, .01, .01, .01, .005, .005, .01}, {0, .1, 0, .1, .1, .1, .1, 0}});
  AlexNetConfig config;
  config.init = expected.init;
  torch::manual_seed(11);
  const auto parameters = build_model(config)->named_parameters();
  for (std::size_t i = 0; i < kLayers.size(); ++i) {
    CAPTURE(kLayers[i]);
    const auto weight = parameters[kLayers[i] + ".weight"];
    CHECK(weight.std().item<double>() == Approx(expected.deviations[i]).epsilon(0.03));
    CHECK(std::abs(weight.mean().item<double>()) < 0.03 * expected.deviations[i]);
    const auto bias = parameters[kLayers[i] + ".bias"];
    CHECK(torch::allclose(bias, torch::full_like(bias, expected.biases[i])));
  }
}

TEST_CASE("initial weights of He and LeCun have the variance 2 / inputs and 1 / inputs, and no bias") {
  const auto [init, variance] = GENERATE(
      table<AlexNetInit, double>({{AlexNetInit::kHe, 2.0}, {AlexNetInit::kLecun, 1.0}, {AlexNetInit::kAuto, 1.0}}));
  AlexNetConfig config;
  config.variant = AlexNetVariant::kSmall;
  config.image_size = 32;
  config.num_classes = 100;
  config.init = init;
  torch::manual_seed(12);
  const auto parameters = build_model(config)->named_parameters();
  for (const std::string& layer : kLayers) {
    CAPTURE(layer);
    const auto weight = parameters[layer + ".weight"];
    const bool small_scores = layer == "fc8" && init != AlexNetInit::kHe;
    const double deviation = small_scores ? 0.01 : std::sqrt(variance / static_cast<double>(weight[0].numel()));
    CHECK(weight.std().item<double>() == Approx(deviation).epsilon(0.05));
    CHECK(parameters[layer + ".bias"].abs().max().item<double>() == 0.0);
  }
}

TEST_CASE("the torchvision variant keeps LibTorch's uniform initial weights") {
  AlexNetConfig config;
  config.variant = AlexNetVariant::kTorchvision;
  const auto weight = build_model(config)->named_parameters()["classifier.1.weight"];
  const double bound = 1.0 / std::sqrt(9216.0);
  CHECK(weight.abs().max().item<double>() <= bound * (1 + 1e-6));
  CHECK(weight.std().item<double>() == Approx(bound / std::sqrt(3.0)).epsilon(0.01));
}

TEST_CASE("the same seed gives the same initial weights") {
  AlexNetConfig config;
  config.variant = AlexNetVariant::kSmall;
  config.image_size = 28;
  const auto build = [&](std::uint64_t seed) {
    torch::manual_seed(seed);
    return build_model(config)->named_parameters()["conv3.weight"];
  };
  CHECK(torch::equal(build(5), build(5)));
  CHECK_FALSE(torch::equal(build(5), build(6)));
}

}  // namespace topfive::models
