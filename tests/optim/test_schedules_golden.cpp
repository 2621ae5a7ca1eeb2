// 100 rates against torch.optim.lr_scheduler (tests/golden/schedules.py).
#include "topfive/optim/schedule.h"

#include "golden_network.h"
#include "support/catch.h"

namespace topfive::optim {
namespace {

constexpr std::int64_t kStepsPerEpoch = 10;
constexpr std::int64_t kTotalSteps = 100;

ScheduleConfig parse_case(const nlohmann::json& config) {
  const auto document = base::ConfigDocument::parse(config.dump(), "schedules.json");
  return schedule_alternatives().parse(base::ConfigNode(document));
}

bool equal(double value, double expected) { return value == Approx(expected).epsilon(1e-9).margin(1e-15); }

void check_steps(const ScheduleConfig& config, const nlohmann::json& item) {
  REQUIRE(item["rates"].size() == kTotalSteps);
  int wrong = 0;
  for (std::int64_t step = 0; step < kTotalSteps; ++step) {
    const auto index = static_cast<std::size_t>(step);
    const SchedulePosition at{step, kStepsPerEpoch, kTotalSteps};
    if (!equal(learning_rate(config, at), item["rates"][index])) ++wrong;
    const auto momentum = scheduled_momentum(config, at);
    if (momentum.has_value() != item.contains("momenta")) ++wrong;
    if (momentum && !equal(*momentum, item["momenta"][index])) ++wrong;
  }
  CHECK(wrong == 0);
}

void check_evaluations(const ScheduleConfig& config, const nlohmann::json& item) {
  SchedulePosition at{0, kStepsPerEpoch, kTotalSteps};
  double before = learning_rate(config, at);
  int wrong = 0;
  for (std::size_t i = 0; i < item["errors"].size(); ++i) {
    const bool fell = observe_plateau(config, at.plateau, item["errors"][i]);
    const double rate = learning_rate(config, at);
    if (!equal(rate, item["rates"][i])) ++wrong;
    if (rate < before && !fell) ++wrong;
    before = rate;
  }
  CHECK(wrong == 0);
}

}  // namespace

TEST_CASE("every schedule equals Python's at each of 100 steps or evaluations") {
  const auto cases = golden_values("schedules.json");
  REQUIRE(cases.size() == 22);
  for (const auto& item : cases) {
    CAPTURE(item["config"].dump());
    const ScheduleConfig config = parse_case(item["config"]);
    item.contains("errors") ? check_evaluations(config, item) : check_steps(config, item);
  }
}

TEST_CASE("only the plateau schedule listens to evaluations") {
  PlateauState state;
  for (int i = 0; i < 50; ++i) CHECK_FALSE(observe_plateau(StepScheduleConfig{}, state, 0.5));
  CHECK(state.reductions == 0);
  CHECK_FALSE(scheduled_momentum(CosineScheduleConfig{}, {}).has_value());
  OneCycleScheduleConfig without;
  without.cycle_momentum = false;
  CHECK_FALSE(scheduled_momentum(without, {}).has_value());
}

TEST_CASE("one_cycle is finite in runs of a few steps and keeps its end") {
  for (const bool three_phase : {false, true}) {
    OneCycleScheduleConfig config;
    config.three_phase = three_phase;
    for (const std::int64_t total : {1, 2, 3, 5}) {
      for (std::int64_t step = 0; step < total + 3; ++step) {
        const double rate = learning_rate(config, {step, 1, total});
        CHECK(rate > 0.0);
        CHECK(rate <= config.base_learning_rate);
      }
      CHECK(learning_rate(config, {total + 2, 1, total}) == learning_rate(config, {total - 1, 1, total}));
    }
  }
}

}  // namespace topfive::optim
