// Traces against torch.optim.SGD in Python and against the formula of 2012 (tests/golden/sgd_traces.py).
#include <fstream>

#include <nlohmann/json.hpp>

#include "topfive/optim/sgd.h"

#include "support/catch.h"
#include "support/source_directory.h"
#include "two_parameters.h"

namespace topfive::optim {
namespace {

nlohmann::json golden_cases() {
  std::ifstream file(tests::golden_path("sgd_traces.json"));
  return nlohmann::json::parse(file);
}

SgdConfig config_of(const nlohmann::json& item) {
  SgdConfig config;
  config.momentum = item["momentum"];
  config.nesterov = item["nesterov"];
  config.weight_decay = item["weight_decay"];
  config.decay_norm_and_bias = item["decay_norm_and_bias"];
  config.bias_learning_rate_factor = item["bias_learning_rate_factor"];
  config.rate_in_velocity = item["rate_in_velocity"];
  return config;
}

void check_values(const torch::Tensor& tensor, const nlohmann::json& expected) {
  const auto flat = tensor.flatten();
  REQUIRE(flat.numel() == static_cast<std::int64_t>(expected.size()));
  for (std::int64_t i = 0; i < flat.numel(); ++i) {
    const double value = expected[static_cast<std::size_t>(i)];
    CHECK(flat[i].item<double>() == Approx(value).epsilon(2e-6).margin(2e-6));
  }
}

}  // namespace

TEST_CASE("five steps equal Python's optimizer, fused and not, at changing rates") {
  const auto implementation = GENERATE(Implementation::kFused, Implementation::kForeach);
  const auto cases = golden_cases();
  REQUIRE(cases.size() == 8);
  for (const auto& item : cases) {
    CAPTURE(item.dump());
    TwoParameters module;
    Sgd optimizer(config_of(item), module, implementation);
    int step = 0;
    for (const double rate : {0.1, 0.1, 0.05, 0.05, 0.2}) {
      module.set_gradients(step++);
      optimizer.step(rate);
    }
    check_values(module.weight, item["weight"]);
    check_values(module.bias, item["bias"]);
  }
}

}  // namespace topfive::optim
