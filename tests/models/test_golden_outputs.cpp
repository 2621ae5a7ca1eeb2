// Logits and gradients against torchvision, timm and plain definitions in Python (tests/golden/model_outputs.py).
#include <fstream>

#include <nlohmann/json.hpp>
#include <torch/torch.h>

#include "topfive/models/channels_last.h"
#include "topfive/models/uninitialised_model.h"

#include "golden_weights.h"
#include "model_checks.h"
#include "support/catch.h"
#include "support/source_directory.h"

namespace topfive::models {
namespace {

constexpr double kLogitTolerance = 1e-4;     // of the largest logit
constexpr double kGradientTolerance = 1e-3;  // of the norm itself

const nlohmann::json& golden() {
  static const auto kGolden = nlohmann::json::parse(std::ifstream(tests::golden_path("model_outputs.json")));
  return kGolden;
}

void check_logits(const torch::Tensor& logits, const nlohmann::json& expected) {
  const double margin = kLogitTolerance * expected["largest"].get<double>();
  for (std::size_t row = 0; row < 2; ++row) {
    for (std::size_t i = 0; i < expected["logits"][row].size(); ++i) {
      const double value = logits[static_cast<std::int64_t>(row)][static_cast<std::int64_t>(i)].item<double>();
      CHECK(value == Approx(expected["logits"][row][i].get<double>()).margin(margin));
    }
  }
  CHECK(logits.mean().item<double>() == Approx(expected["mean"].get<double>()).margin(margin));
  CHECK(logits.std().item<double>() == Approx(expected["std"].get<double>()).epsilon(kLogitTolerance));
}

void check_gradients(const ImageClassifier& model, const nlohmann::json& expected) {
  double sum_of_squares = 0.0;
  for (const auto& item : model.named_parameters()) {
    if (!item.value().grad().defined()) continue;
    const double norm = item.value().grad().norm().item<double>();
    sum_of_squares += norm * norm;
    if (!expected["gradients"].contains(item.key())) continue;
    INFO(item.key());
    CHECK(norm == Approx(expected["gradients"][item.key()].get<double>()).epsilon(kGradientTolerance));
  }
  CHECK(std::sqrt(sum_of_squares) == Approx(expected["gradient_norm"].get<double>()).epsilon(kGradientTolerance));
  for (const auto& [name, norm] : expected["gradients"].items()) {
    INFO(name);
    CHECK(model.named_parameters().contains(name));
  }
}

// Logits in single precision as networks run. Gradients in double: a unit that is zero but for rounding would switch
// them.
void check_case(const nlohmann::json& expected) {
  const auto model = build_uninitialised_model(parse_model(expected["config"].dump()));
  fill_with_golden_weights(*model);
  use_channels_last(*model);
  model->eval();
  const auto images = golden_pictures(2, expected["channels"].get<std::int64_t>(), expected["size"].get<std::int64_t>())
                          .contiguous(torch::MemoryFormat::ChannelsLast);
  {
    const torch::NoGradGuard no_grad;
    check_logits(model->forward(images).logits, expected);
  }
  model->to(torch::kFloat64);
  const auto logits = model->forward(images.to(torch::kFloat64)).logits;
  const auto loss = torch::nn::functional::cross_entropy(logits, torch::tensor({1, 3}));
  CHECK(loss.item<double>() == Approx(expected["loss"].get<double>()).epsilon(kGradientTolerance));
  loss.backward();
  check_gradients(*model, expected);
}

// One test per family, so that they run side by side.
void check_family(const std::string& type, const std::function<bool(const nlohmann::json& config)>& chosen) {
  int cases = 0;
  for (const auto& [name, expected] : golden().items()) {
    if (expected["config"]["type"] != type || !chosen(expected["config"])) continue;
    INFO(name);
    check_case(expected);
    ++cases;
  }
  CHECK(cases > 0);
}

bool every(const nlohmann::json& /*config*/) { return true; }
bool deep(const nlohmann::json& config) { return config["depth"].get<int>() > 34; }
bool shallow(const nlohmann::json& config) { return !deep(config); }

}  // namespace

TEST_CASE("AlexNet gives Python's logits and gradients") { check_family("alexnet", every); }

TEST_CASE("VGG gives Python's logits and gradients") { check_family("vgg", every); }

TEST_CASE("GoogLeNet gives Python's logits and gradients") { check_family("googlenet", every); }

TEST_CASE("ResNet of 18 to 34 layers gives Python's logits and gradients") { check_family("resnet", shallow); }

TEST_CASE("ResNet of 50 to 152 layers gives Python's logits and gradients") { check_family("resnet", deep); }

TEST_CASE("ViT gives Python's logits and gradients") { check_family("vit", every); }

TEST_CASE("LeNet-5 gives Python's logits and gradients") { check_family("lenet5", every); }

TEST_CASE("there are golden outputs for at least twenty variants") { CHECK(golden().size() >= 20); }

}  // namespace topfive::models
