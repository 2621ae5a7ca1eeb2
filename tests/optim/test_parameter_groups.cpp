#include <map>

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

namespace {

// The top of a vision transformer, as far as names go.
struct Tokens : torch::nn::Module {
  Tokens() {
    register_parameter("class_token", torch::zeros({1, 1, 4}));
    encoder = register_module("encoder", std::make_shared<torch::nn::Module>());
    encoder->register_parameter("pos_embedding", torch::zeros({1, 5, 4}));
    encoder->register_module("encoder_layer_0", torch::nn::Linear(4, 4));
    register_module("heads", torch::nn::Linear(4, 2));
  }
  std::shared_ptr<torch::nn::Module> encoder;
};

std::map<std::string, std::pair<double, double>> factor_and_decay(const torch::nn::Module& module,
                                                                  const GroupsConfig& config) {
  std::map<std::string, std::pair<double, double>> found;
  for (const auto& group : parameter_groups(module, config)) {
    for (const auto& name : group.names) found[name] = {group.learning_rate_factor, group.weight_decay};
  }
  return found;
}

}  // namespace

TEST_CASE("class token and positions decay only when norms and biases do, as in timm") {
  const Tokens module;
  GroupsConfig config;
  config.weight_decay = 0.05;
  config.decay_norm_and_bias = false;
  auto found = factor_and_decay(module, config);
  CHECK(found["class_token"].second == 0.0);
  CHECK(found["encoder.pos_embedding"].second == 0.0);
  CHECK(found["heads.bias"].second == 0.0);
  CHECK(found["heads.weight"].second == 0.05);
  config.decay_norm_and_bias = true;
  found = factor_and_decay(module, config);
  CHECK(found["class_token"].second == 0.05);
  CHECK(found["encoder.pos_embedding"].second == 0.05);
}

TEST_CASE("no_decay names parameters and modules, wherever they stand") {
  const Tokens module;
  GroupsConfig config;
  config.weight_decay = 0.05;
  config.no_decay = {"pos_embedding", "heads"};
  auto found = factor_and_decay(module, config);
  CHECK(found["encoder.pos_embedding"].second == 0.0);
  CHECK(found["heads.weight"].second == 0.0);
  CHECK(found["heads.bias"].second == 0.0);
  CHECK(found["class_token"].second == 0.05);
  CHECK(found["encoder.encoder_layer_0.weight"].second == 0.05);
}

TEST_CASE("with layer decay each layer learns more slowly than the one above it") {
  const Tokens module;
  GroupsConfig config;
  config.layer_decay = 0.5;
  config.bias_learning_rate_factor = 3.0;
  auto found = factor_and_decay(module, config);
  CHECK(found["heads.weight"].first == 1.0);
  CHECK(found["heads.bias"].first == 3.0);
  CHECK(found["encoder.encoder_layer_0.weight"].first == 0.5);
  CHECK(found["encoder.encoder_layer_0.bias"].first == 1.5);
  CHECK(found["encoder.pos_embedding"].first == 0.25);
  CHECK(found["class_token"].first == 0.25);
}

TEST_CASE("the classifier's parameters are marked, whatever group they are in") {
  const Tokens module;
  for (const auto& group : parameter_groups(module, {})) {
    REQUIRE(group.in_classifier.size() == group.names.size());
    for (std::size_t i = 0; i < group.names.size(); ++i) {
      CHECK(group.in_classifier[i] == group.names[i].starts_with("heads"));
    }
  }
}

TEST_CASE("frozen modules keep their weights and need no gradient, the rest learns") {
  auto module = network();
  freeze_parameters(*module, {"0", "1.bias"});
  Names left;
  for (const auto& group : parameter_groups(*module, {})) {
    for (const auto& name : group.names) left.push_back(name);
  }
  CHECK(left == Names{"2.weight", "1.weight", "2.bias"});
  CHECK_FALSE(module->named_parameters()["0.weight"].requires_grad());
}

TEST_CASE("a name that fits nothing is refused with what is there") {
  Tokens module;
  CHECK_THROWS_WITH(freeze_parameters(module, {"head"}),
                    "optimizer.freeze: the model has no parameter or module \"head\"; did you mean \"heads\"? (at its "
                    "top: class_token, encoder, heads)");
  CHECK_THROWS_WITH(freeze_parameters(module, {"encoder_layer"}), ContainsSubstring("at its top"));
  GroupsConfig config;
  config.no_decay = {"norm"};
  CHECK_THROWS_WITH(parameter_groups(module, config), StartsWith("optimizer.no_decay: "));
}

TEST_CASE("freezing everything is refused") {
  Tokens module;
  CHECK_THROWS_WITH(freeze_parameters(module, {"class_token", "encoder", "heads"}),
                    ContainsSubstring("no parameter is left to learn"));
}

}  // namespace topfive::optim
