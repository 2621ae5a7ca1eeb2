#include <torch/torch.h>

#include "topfive/base/error.h"
#include "topfive/optim/sgd.h"

#include "support/catch.h"
#include "two_parameters.h"

namespace topfive::optim {

TEST_CASE("the state is named after the parameters and empty without momentum") {
  TwoParameters module;
  SgdConfig config;
  std::vector<std::string> names;
  for (const auto& [name, tensor] : Sgd(config, module).state()) names.push_back(name);
  CHECK(names == std::vector<std::string>{"velocity.weight", "velocity.bias"});
  config.momentum = 0.0;
  CHECK(Sgd(config, module).state().empty());
}

TEST_CASE("a state that does not fit is refused and changes nothing") {
  TwoParameters module;
  Sgd optimizer(SgdConfig{}, module);
  const auto good_weight = torch::ones({2, 3});
  const auto good_bias = torch::ones({2});
  const auto [state, words] = GENERATE_COPY(table<NamedTensors, std::string>({
      {NamedTensors{}, "velocity.weight is missing"},
      {{{"velocity.weight", good_weight}}, "velocity.bias is missing"},
      {{{"velocity.weight", good_weight}, {"velocity.bias", torch::ones({3})}}, "another shape"},
      {{{"velocity.weight", good_weight}, {"velocity.bias", good_bias}, {"x", good_bias}}, "do not belong"},
  }));
  CHECK_THROWS_WITH(optimizer.load_state(state), ContainsSubstring(words));
  for (const auto& [name, tensor] : optimizer.state()) CHECK(tensor.abs().sum().item<double>() == 0.0);
}

TEST_CASE("a parameter without a gradient stays as it is, whatever the others do") {
  TwoParameters module;
  Sgd optimizer(SgdConfig{}, module);
  const auto before = module.bias.detach().clone();
  module.set_gradients(0);
  module.bias.mutable_grad().reset();
  optimizer.step(0.1);
  CHECK(torch::equal(module.bias, before));
  optimizer.zero_grad();
  CHECK_FALSE(module.weight.grad().defined());
  const auto weight = module.weight.detach().clone();
  optimizer.step(0.1);
  CHECK(torch::equal(module.weight, weight));
}

TEST_CASE("channels-last parameters are updated at the right places, whatever the gradient's layout") {
  const auto format = GENERATE(torch::MemoryFormat::Contiguous, torch::MemoryFormat::ChannelsLast);
  torch::manual_seed(1);
  torch::nn::Conv2d plain(torch::nn::Conv2dOptions(4, 6, 3));
  torch::nn::Conv2d last(torch::nn::Conv2dOptions(4, 6, 3));
  const auto gradient = torch::randn({6, 4, 3, 3});
  {
    const torch::NoGradGuard no_grad;
    last->weight.set_data(plain->weight.clone().contiguous(torch::MemoryFormat::ChannelsLast));
  }
  Sgd plain_optimizer(SgdConfig{}, *plain);
  Sgd last_optimizer(SgdConfig{}, *last);
  for (int step = 0; step < 3; ++step) {
    plain->weight.mutable_grad() = gradient.clone();
    last->weight.mutable_grad() = gradient.contiguous(format).clone(format);
    plain_optimizer.step(0.1);
    last_optimizer.step(0.1);
  }
  CHECK(last->weight.is_contiguous(torch::MemoryFormat::ChannelsLast));
  CHECK(torch::allclose(plain->weight, last->weight, 1e-6, 1e-7));
}

TEST_CASE("a rate of zero leaves the weights of the usual form and lets the velocity of 2012 run on") {
  TwoParameters module;
  SgdConfig config;
  config.rate_in_velocity = GENERATE(false, true);
  Sgd optimizer(config, module);
  module.set_gradients(0);
  optimizer.step(0.1);
  const auto before = module.weight.detach().clone();
  optimizer.step(0.0);
  CHECK(torch::equal(module.weight, before) != config.rate_in_velocity);
  CHECK(module.weight.isfinite().all().item<bool>());
}

}  // namespace topfive::optim
