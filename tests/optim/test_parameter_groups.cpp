#include <torch/torch.h>

#include "topfive/optim/parameter_groups.h"

#include "support/catch.h"

namespace topfive::optim {
namespace {

torch::nn::Sequential network() {
  return torch::nn::Sequential(torch::nn::Conv2d(torch::nn::Conv2dOptions(3, 4, 3)), torch::nn::BatchNorm2d(4),
                               torch::nn::Linear(4, 2));
}

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("parameters are sorted into weights, norms and biases with their own rate and decay") {
  auto module = network();
  const auto groups = parameter_groups(*module, {0.01, false, 2.0});
  REQUIRE(groups.size() == 3);
  CHECK(groups[0].name == "weights");
  CHECK(groups[0].names == Names{"0.weight", "2.weight"});
  CHECK(groups[0].weight_decay == 0.01);
  CHECK(groups[0].learning_rate_factor == 1.0);
  CHECK(groups[1].name == "norms");
  CHECK(groups[1].names == Names{"1.weight"});
  CHECK(groups[1].weight_decay == 0.0);
  CHECK(groups[1].learning_rate_factor == 1.0);
  CHECK(groups[2].name == "biases");
  CHECK(groups[2].names == Names{"0.bias", "1.bias", "2.bias"});
  CHECK(groups[2].weight_decay == 0.0);
  CHECK(groups[2].learning_rate_factor == 2.0);
}

TEST_CASE("with decay for all, norms and biases decay as weights do") {
  auto module = network();
  for (const auto& group : parameter_groups(*module, {0.01, true, 1.0})) {
    CHECK(group.weight_decay == 0.01);
    CHECK(group.learning_rate_factor == 1.0);
  }
}

TEST_CASE("every trainable parameter is in exactly one group and is the module's own tensor") {
  auto module = network();
  std::size_t count = 0;
  for (const auto& group : parameter_groups(*module, {})) {
    REQUIRE(group.names.size() == group.tensors.size());
    for (std::size_t i = 0; i < group.names.size(); ++i) {
      CHECK(group.tensors[i].is_same(module->named_parameters()[group.names[i]]));
      ++count;
    }
  }
  CHECK(count == module->parameters().size());
}

TEST_CASE("frozen parameters and empty groups are left out") {
  torch::nn::Linear linear(3, 2);
  linear->weight.set_requires_grad(false);
  const auto groups = parameter_groups(*linear, {});
  REQUIRE(groups.size() == 1);
  CHECK(groups[0].names == Names{"bias"});
}

}  // namespace topfive::optim
