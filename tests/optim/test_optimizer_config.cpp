#include "topfive/optim/optimizer_config.h"

#include "support/catch.h"

namespace topfive::optim {
namespace {

SgdConfig parse_sgd(const std::string& json) {
  const auto document = base::ConfigDocument::parse(json, "test.json");
  return std::get<SgdConfig>(optimizer_alternatives().parse(base::ConfigNode(document)));
}

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
      {R"({"type": "adam"})", "sgd"},
  }));
  CHECK_THROWS_WITH(parse_sgd(text), ContainsSubstring(words));
}

}  // namespace topfive::optim
