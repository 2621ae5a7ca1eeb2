// 100 steps against torch.optim in Python and timm (tests/golden/optimizers.py).
#include <cmath>
#include <numbers>

#include "topfive/optim/adamw.h"
#include "topfive/optim/muon.h"
#include "topfive/optim/sgd.h"

#include "golden_network.h"
#include "support/catch.h"

namespace topfive::optim {
namespace {

constexpr int kNumSteps = 100;

OptimizerConfig parse_golden(const nlohmann::json& config) {
  const auto document = base::ConfigDocument::parse(config.dump(), "optimizers.json");
  return optimizer_alternatives().parse(base::ConfigNode(document));
}

double rate_of(int step, double base) { return base * 0.5 * (1.0 + std::cos(std::numbers::pi * step / 120.0)); }

void train(GoldenNetwork& network, Optimizer& optimizer, const nlohmann::json& item) {
  for (int step = 0; step < kNumSteps; ++step) {
    network.set_gradients(step);
    if (item["cycle_momentum"]) optimizer.set_momentum(0.9 + 0.05 * std::cos(step / 20.0));
    optimizer.step(rate_of(step, item["base_rate"]));
  }
}

// The greatest difference over all parameters.
double difference_to(const nlohmann::json& expected, const GoldenNetwork& network) {
  double greatest = 0.0;
  for (const auto& parameter : network.named_parameters()) {
    greatest = std::fmax(greatest, difference(parameter.value(), expected[parameter.key()]));
  }
  return greatest;
}

std::unique_ptr<Optimizer> make(const OptimizerConfig& config, const GoldenNetwork& network, Implementation kind) {
  if (const auto* sgd = std::get_if<SgdConfig>(&config)) return std::make_unique<Sgd>(*sgd, network, kind);
  if (const auto* adamw = std::get_if<AdamWConfig>(&config)) return std::make_unique<AdamW>(*adamw, network, kind);
  if (const auto* muon = std::get_if<MuonConfig>(&config)) return std::make_unique<Muon>(*muon, network, kind);
  return make_optimizer(config, network);
}

}  // namespace

TEST_CASE("every optimizer equals Python's over 100 steps, in float32 and float64, fused and not") {
  const auto kind = GENERATE(Implementation::kFused, Implementation::kForeach);
  const auto cases = golden_values("optimizers.json");
  REQUIRE(cases.size() == 24);
  for (const auto& item : cases) {
    CAPTURE(item["config"].dump());
    const OptimizerConfig config = parse_golden(item["config"]);
    GoldenNetwork single(torch::kFloat32);
    train(single, *make(config, single, kind), item);
    CHECK(difference_to(item["float32"], single) < 1e-6);
    GoldenNetwork wide(torch::kFloat64);
    train(wide, *make(config, wide, kind), item);
    CHECK(difference_to(item["float64"], wide) < 1e-10);
  }
}

}  // namespace topfive::optim
