#include <torch/torch.h>

#include "topfive/optim/optimizer.h"

#include "support/catch.h"
#include "tensor_copies.h"
#include "two_parameters.h"

namespace topfive::optim {
namespace {

void train(TwoParameters& module, Optimizer& optimizer, int first, int last) {
  for (int step = first; step < last; ++step) {
    optimizer.zero_grad();
    module.set_gradients(step);
    optimizer.step(0.1 / (1 + step));
  }
}

std::vector<std::string> names_of(const NamedTensors& tensors) {
  std::vector<std::string> names;
  for (const auto& [name, tensor] : tensors) names.push_back(name);
  return names;
}

std::vector<OptimizerConfig> every_kind() {
  SgdConfig old;
  old.rate_in_velocity = true;
  RmsPropConfig centered;
  centered.centered = true;
  centered.momentum = 0.9;
  RmsPropConfig tensorflow = centered;
  tensorflow.initial_square = 1.0;
  tensorflow.epsilon_inside_root = true;
  return {SgdConfig{}, old, AdamWConfig{}, LambConfig{}, MuonConfig{}, RmsPropConfig{}, centered, tensorflow};
}

}  // namespace

TEST_CASE("a run that is stopped and resumed from its state ends with the same bits, for every optimizer") {
  for (const OptimizerConfig& config : every_kind()) {
    CAPTURE(optimizer_alternatives().dump(config).dump());
    TwoParameters straight;
    const auto straight_optimizer = make_optimizer(config, straight);
    train(straight, *straight_optimizer, 0, 6);

    TwoParameters first;
    const auto first_optimizer = make_optimizer(config, first);
    train(first, *first_optimizer, 0, 3);
    TwoParameters second;
    {
      const torch::NoGradGuard no_grad;
      second.weight.copy_(first.weight);
      second.bias.copy_(first.bias);
    }
    const auto second_optimizer = make_optimizer(config, second);
    second_optimizer->load_state(copies(first_optimizer->state()));
    train(second, *second_optimizer, 3, 6);
    CHECK(torch::equal(second.weight, straight.weight));
    CHECK(torch::equal(second.bias, straight.bias));
  }
}

TEST_CASE("the state of every optimizer is named after the parameters and holds the step where it counts") {
  const TwoParameters module;
  using List = std::vector<std::string>;
  const List moments = {"exp_avg.weight", "exp_avg.bias", "exp_avg_sq.weight", "exp_avg_sq.bias", "step"};
  const auto adamw = make_optimizer(AdamWConfig{}, module);
  CHECK(names_of(adamw->state()) == moments);
  CHECK(names_of(make_optimizer(LambConfig{}, module)->state()) == moments);
  CHECK(names_of(make_optimizer(RmsPropConfig{}, module)->state()) == List{"square_avg.weight", "square_avg.bias"});
  RmsPropConfig full;
  full.centered = true;
  full.momentum = 0.9;
  CHECK(names_of(make_optimizer(full, module)->state()) == List{"square_avg.weight", "square_avg.bias",
                                                                "grad_avg.weight", "grad_avg.bias", "velocity.weight",
                                                                "velocity.bias"});
  adamw->step(0.1);
  adamw->step(0.1);
  CHECK(adamw->state().back().second.scalar_type() == torch::kInt64);
  CHECK(adamw->state().back().second.item<std::int64_t>() == 2);
}

TEST_CASE("a step number that cannot be is refused") {
  const TwoParameters module;
  const auto optimizer = make_optimizer(AdamWConfig{}, module);
  NamedTensors state = copies(optimizer->state());
  state.back().second.fill_(-1);
  CHECK_THROWS_WITH(optimizer->load_state(state), ContainsSubstring("step is below 0"));
  state.back().second = torch::zeros({2}, torch::kInt64);
  CHECK_THROWS_WITH(optimizer->load_state(state), ContainsSubstring("step has another shape"));
}

TEST_CASE("no optimizer touches a parameter without a gradient, or the gradients") {
  for (const OptimizerConfig& config : every_kind()) {
    CAPTURE(optimizer_alternatives().dump(config).dump());
    TwoParameters module;
    const auto optimizer = make_optimizer(config, module);
    module.set_gradients(0);
    module.bias.mutable_grad().reset();
    const auto bias = module.bias.detach().clone();
    const auto weight = module.weight.detach().clone();
    const auto gradient = module.weight.grad().clone();
    optimizer->step(0.1);
    CHECK(torch::equal(module.bias, bias));
    CHECK_FALSE(torch::equal(module.weight, weight));
    CHECK(torch::equal(module.weight.grad(), gradient));
    optimizer->zero_grad();
    CHECK_FALSE(module.weight.grad().defined());
  }
}

TEST_CASE("channels-last weights are updated as contiguous ones are, by every optimizer") {
  for (const OptimizerConfig& config : every_kind()) {
    CAPTURE(optimizer_alternatives().dump(config).dump());
    torch::manual_seed(1);
    torch::nn::Conv2d plain(torch::nn::Conv2dOptions(4, 6, 3).bias(false));
    torch::nn::Conv2d last(torch::nn::Conv2dOptions(4, 6, 3).bias(false));
    last->weight.set_data(plain->weight.detach().clone().contiguous(torch::MemoryFormat::ChannelsLast));
    const auto gradient = torch::randn({6, 4, 3, 3});
    const auto plain_optimizer = make_optimizer(config, *plain);
    const auto last_optimizer = make_optimizer(config, *last);
    for (int step = 0; step < 3; ++step) {
      plain->weight.mutable_grad() = gradient.clone();
      last->weight.mutable_grad() = gradient.clone();
      plain_optimizer->step(0.01);
      last_optimizer->step(0.01);
    }
    CHECK(last->weight.is_contiguous(torch::MemoryFormat::ChannelsLast));
    CHECK(torch::allclose(plain->weight, last->weight, 1e-6, 1e-7));
  }
}

TEST_CASE("cycling a momentum that is not there is refused") {
  const TwoParameters module;
  SgdConfig config;
  config.momentum = 0.0;
  CHECK_THROWS_WITH(make_optimizer(config, module)->set_momentum(0.9), StartsWith("schedule.cycle_momentum needs"));
  CHECK_THROWS_WITH(make_optimizer(RmsPropConfig{}, module)->set_momentum(0.9), ContainsSubstring("momentum above 0"));
  CHECK_NOTHROW(make_optimizer(AdamWConfig{}, module)->set_momentum(0.85));
}

TEST_CASE("an optimizer leaves frozen parameters alone and tells which ones learn") {
  TwoParameters module;
  AdamWConfig config;
  config.freeze = {"bias"};
  const auto optimizer = make_optimizer(config, module);
  REQUIRE(optimizer->groups().size() == 1);
  CHECK(optimizer->groups()[0].names == std::vector<std::string>{"weight"});
  CHECK_FALSE(module.bias.requires_grad());
  CHECK(names_of(optimizer->state()) == std::vector<std::string>{"exp_avg.weight", "exp_avg_sq.weight", "step"});
}

}  // namespace topfive::optim
