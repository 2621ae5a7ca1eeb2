// Loss scales against torch.amp.GradScaler (tests/golden/clip_ema_scaler.py).
#include "topfive/optim/grad_scaler.h"
#include "topfive/optim/sgd.h"

#include "golden_network.h"
#include "support/catch.h"

namespace topfive::optim {
namespace {

struct TwoNumbers : torch::nn::Module {
  TwoNumbers() { weight = register_parameter("weight", torch::ones({2})); }
  torch::Tensor weight;
};

GradScalerConfig parse_scaler(const nlohmann::json& config) {
  const auto document = base::ConfigDocument::parse(config.dump(), "clip_ema_scaler.json");
  return GradScalerConfig::fields().parse(base::ConfigNode(document));
}

void train_step(TwoNumbers& module, Optimizer& optimizer, GradScaler& scaler, bool overflow) {
  optimizer.zero_grad();
  const auto factors = torch::tensor({1.0F, overflow ? INFINITY : 2.0F});
  scaler.scale((module.weight * factors).sum()).backward();
  scaler.unscale(optimizer.groups());
  if (!scaler.found_non_finite()) optimizer.step(0.25);
  scaler.update();
}

SgdConfig plain_sgd() {
  SgdConfig config;
  config.momentum = 0.0;
  config.weight_decay = 0.0;
  return config;
}

}  // namespace

TEST_CASE("scale and weights follow PyTorch's through overflows and growth") {
  const auto cases = golden_values("clip_ema_scaler.json")["scales"];
  REQUIRE(cases.size() == 2);
  for (const auto& item : cases) {
    TwoNumbers module;
    Sgd optimizer(plain_sgd(), module);
    GradScaler scaler(parse_scaler(item["config"]), torch::kCPU);
    for (std::size_t i = 0; i < item["overflows"].size(); ++i) {
      CAPTURE(i);
      train_step(module, optimizer, scaler, item["overflows"][i] == 1);
      CHECK(scaler.found_non_finite() == (item["overflows"][i] == 1));
      CHECK(scaler.current_scale() == item["history"][i]["scale"].get<double>());
      CHECK(difference(module.weight, item["history"][i]["parameter"]) == 0.0);
    }
  }
}

TEST_CASE("gradients of several types are unscaled, and a NaN in any of them is found") {
  const auto bad = GENERATE(-1, 0, 1);
  torch::nn::Module module;
  std::vector<torch::Tensor> tensors = {module.register_parameter("a", torch::ones({2})),
                                        module.register_parameter("b", torch::ones({2}, torch::kFloat64))};
  for (int i = 0; i < 2; ++i) {
    auto& gradient = tensors[static_cast<std::size_t>(i)].mutable_grad();
    gradient = torch::full_like(tensors[static_cast<std::size_t>(i)].detach(), 1024.0);
    if (i == bad) gradient[1] = NAN;
  }
  GradScalerConfig config;
  config.initial_scale = 256.0;
  GradScaler scaler(config, torch::kCPU);
  scaler.unscale(parameter_groups(module, {}));
  CHECK(scaler.found_non_finite() == (bad >= 0));
  for (const auto& tensor : tensors) CHECK(tensor.grad()[0].item<double>() == 4.0);
}

TEST_CASE("a scaler that is saved and loaded goes on alike") {
  GradScalerConfig config;
  config.growth_interval = 3;
  TwoNumbers module;
  Sgd optimizer(plain_sgd(), module);
  GradScaler straight(config, torch::kCPU);
  for (int i = 0; i < 5; ++i) train_step(module, optimizer, straight, false);
  GradScaler resumed(config, torch::kCPU);
  resumed.load_state(straight.state());
  for (int i = 0; i < 4; ++i) {
    CHECK(resumed.current_scale() == straight.current_scale());
    train_step(module, optimizer, straight, i == 2);
    train_step(module, optimizer, resumed, i == 2);
  }
}

TEST_CASE("a state that no scaler wrote is refused") {
  GradScaler scaler(GradScalerConfig{}, torch::kCPU);
  const auto tracker = torch::zeros({1}, torch::kInt32);
  const auto [state, words] = GENERATE_COPY(table<NamedTensors, std::string>({
      {NamedTensors{}, "scale is missing"},
      {{{"scale", torch::ones({1})}}, "growth_tracker is missing"},
      {{{"scale", torch::ones({2})}, {"growth_tracker", tracker}}, "another shape"},
      {{{"scale", torch::full({1}, INFINITY)}, {"growth_tracker", tracker}}, "not a number above 0"},
      {{{"scale", torch::zeros({1})}, {"growth_tracker", tracker}}, "not a number above 0"},
      {{{"scale", torch::ones({1})}, {"growth_tracker", tracker}, {"x", tracker}}, "do not belong"},
  }));
  CHECK_THROWS_WITH(scaler.load_state(state), ContainsSubstring(words));
  CHECK(scaler.current_scale() == 65536.0);
}

}  // namespace topfive::optim
