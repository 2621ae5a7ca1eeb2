#include "topfive/optim/optimizer_config.h"

#include "support/catch.h"

namespace topfive::optim {
namespace {

OptimizerConfig parse_optimizer(const std::string& json) {
  const auto document = base::ConfigDocument::parse(json, "test.json");
  return optimizer_alternatives().parse(base::ConfigNode(document));
}

SgdConfig parse_sgd(const std::string& json) { return std::get<SgdConfig>(parse_optimizer(json)); }

}  // namespace

TEST_CASE("the optimizer of 2012 is configured by its constants") {
  const SgdConfig config = parse_sgd(
      R"({"type": "sgd", "momentum": 0.9, "weight_decay": 0.0005, "decay_norm_and_bias": false,
          "bias_learning_rate_factor": 2, "rate_in_velocity": true})");
  CHECK(config.momentum == 0.9);
  CHECK(config.weight_decay == 0.0005);
  CHECK_FALSE(config.decay_norm_and_bias);
  CHECK(config.bias_learning_rate_factor == 2.0);
  CHECK(config.rate_in_velocity);
  CHECK_FALSE(config.nesterov);
}

TEST_CASE("settings that contradict each other are refused with the reason") {
  const auto [text, words] = GENERATE(table<std::string, std::string>({
      {R"({"type": "sgd", "nesterov": true, "momentum": 0})", "nesterov needs"},
      {R"({"type": "sgd", "nesterov": true, "rate_in_velocity": true})", "exclude each other"},
      {R"({"type": "sgd", "rate_in_velocity": true, "momentum": 0})", "rate_in_velocity needs"},
      {R"({"type": "sgd", "momentum": 1})", "momentum"},
      {R"({"type": "rmsprop", "rate_in_velocity": true})", "rate_in_velocity needs"},
      {R"({"type": "lamb", "beta2": 1})", "beta2: 1 is out of range"},
      {R"({"type": "adamw", "epsilon": 0})", "epsilon"},
      {R"({"type": "muon", "scale": "adamw"})", "scale: \"adamw\" is not one of match_rms_adamw, original"},
      {R"({"type": "muon", "momentum": 1})", "momentum: 1 is out of range"},
      {R"({"type": "adamw", "layer_decay": 1.1})", "layer_decay"},
      {R"({"type": "adamw", "weight_decay": -0.1})", "weight_decay: -0.1 is out of range (0 to 1)"},
      {R"({"type": "sgd", "freeze": "conv1"})", "freeze: expected a list"},
      {R"({"type": "sgd", "freeze": [1]})", "freeze"},
  }));
  CHECK_THROWS_WITH(parse_optimizer(text), ContainsSubstring(words));
}

TEST_CASE("a wrong type or key is one line that names the nearest right one") {
  const auto [text, words] = GENERATE(table<std::string, std::string>({
      {R"({"type": "adam"})", "type: \"adam\" is not one of sgd, adamw, lamb, muon, rmsprop; did you mean \"adamw\"?"},
      {R"({"type": "sgd", "momentun": 0.9})", "momentun: unknown key; did you mean \"momentum\"?"},
      {R"({"type": "adamw", "momentum": 0.9})", "momentum: unknown key"},
  }));
  CHECK_THROWS_WITH(parse_optimizer(text), StartsWith("test.json:1:") && ContainsSubstring(words));
}

TEST_CASE("an optimizer's config is written as it is read") {
  const std::string type = GENERATE("sgd", "adamw", "lamb", "muon", "rmsprop");
  const auto config = parse_optimizer(R"({"type": ")" + type + R"(", "weight_decay": 0.5, "decay_norm_and_bias": false,
      "layer_decay": 0.75, "no_decay": ["pos_embedding"], "freeze": ["conv1", "layer1.0"]})");
  const std::string text = optimizer_alternatives().dump(config).dump();
  CHECK(optimizer_alternatives().dump(parse_optimizer(text)).dump() == text);
  CHECK_THAT(text, ContainsSubstring(R"("freeze":["conv1","layer1.0"])"));
  CHECK_THAT(text, ContainsSubstring(R"("weight_decay":0.5)"));
}

}  // namespace topfive::optim
