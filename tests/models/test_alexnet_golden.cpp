// Outputs against AlexNet written down plainly in Python (tests/golden/alexnet_outputs.py).
#include <fstream>

#include <nlohmann/json.hpp>
#include <torch/torch.h>

#include "topfive/models/channels_last.h"

#include "golden_weights.h"
#include "model_checks.h"
#include "support/catch.h"
#include "support/source_directory.h"

namespace topfive::models {
namespace {

nlohmann::json golden() {
  std::ifstream file(tests::golden_path("alexnet_outputs.json"));
  return nlohmann::json::parse(file);
}

void check_outputs(ImageClassifier& model, const nlohmann::json& expected, torch::MemoryFormat format) {
  const torch::NoGradGuard no_grad;
  model.eval();
  const auto images = golden_pictures(2, expected["size"].get<std::int64_t>()).contiguous(format);
  const auto logits = model.forward(images).logits;
  for (std::int64_t i = 0; i < 8; ++i) {
    CHECK(logits[0][i].item<double>() ==
          Approx(expected["first"][static_cast<std::size_t>(i)].get<double>()).margin(2e-4));
    CHECK(logits[1][i].item<double>() ==
          Approx(expected["second"][static_cast<std::size_t>(i)].get<double>()).margin(2e-4));
  }
  CHECK(logits.mean().item<double>() == Approx(expected["mean"].get<double>()).margin(2e-5));
  CHECK(logits.std().item<double>() == Approx(expected["std"].get<double>()).margin(2e-5));
}

}  // namespace

TEST_CASE("AlexNet gives the outputs of the plain Python definition, in both memory formats") {
  const auto [variant, name] = GENERATE(table<AlexNetVariant, std::string>(
      {{AlexNetVariant::k2012, "2012"}, {AlexNetVariant::kTorchvision, "torchvision"}}));
  AlexNetConfig config;
  config.variant = variant;
  const auto model = build_model(config);
  fill_with_golden_weights(*model);
  for (const auto& expected : golden()[name]) check_outputs(*model, expected, torch::MemoryFormat::Contiguous);
  use_channels_last(*model);
  for (const auto& expected : golden()[name]) check_outputs(*model, expected, torch::MemoryFormat::ChannelsLast);
}

}  // namespace topfive::models
