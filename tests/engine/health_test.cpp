#include "topfive/engine/health.h"

#include <cmath>

#include "support/catch.h"

using namespace topfive::engine;

namespace {

const HealthFacts kImageNet{.num_classes = 1000, .guessing_loss = std::log(1000.0), .steps_per_epoch = 1000};

// A run that is well: a loss that falls, a steady gradient, weights that hardly grow.
IntervalFigures well(std::int64_t step) {
  IntervalFigures figures;
  figures.step = step;
  figures.loss = 6.9 * 1000.0 / (1000.0 + static_cast<double>(step));
  figures.seconds = 10.0;
  figures.data_wait = 0.05;
  figures.gradient_norm = 1.0 + 0.5 * std::sin(static_cast<double>(step));
  figures.parameter_norm = 50.0 + 0.001 * static_cast<double>(step);
  figures.dead_share = 0.1;
  figures.dead_layer = "features.0";
  return figures;
}

template <class Change>
std::vector<HealthWarning> warnings_of(HealthMonitor& monitor, std::int64_t first, std::int64_t last, Change change) {
  std::vector<HealthWarning> all;
  for (std::int64_t step = first; step <= last; step += 100) {
    IntervalFigures figures = well(step);
    change(figures);
    for (auto& warning : monitor.observe(figures)) all.push_back(std::move(warning));
  }
  return all;
}

}  // namespace

TEST_CASE("a run that is well gives no warning", "[run_watch]") {
  HealthMonitor monitor({}, kImageNet);
  CHECK(warnings_of(monitor, 100, 100'000, [](IntervalFigures&) {}).empty());
  for (int epoch = 1; epoch <= 5; ++epoch) CHECK(monitor.observe(EvaluationFigures{0.5, 0.55, 50'000}).empty());
}

TEST_CASE("a loss that stays that of guessing is reported once, after an epoch", "[run_watch]") {
  HealthMonitor monitor({}, kImageNet);
  const auto stuck = [](IntervalFigures& figures) { figures.loss = 6.91; };
  CHECK(warnings_of(monitor, 100, 1100, stuck).empty());
  const auto warnings = warnings_of(monitor, 1200, 50'000, stuck);
  REQUIRE(warnings.size() == 1);
  CHECK(warnings[0].name == "loss-stuck");
  CHECK_THAT(warnings[0].text, ContainsSubstring("after 1,200 steps") && ContainsSubstring("6.91") &&
                                   ContainsSubstring("1,000 classes") && ContainsSubstring("base_learning_rate"));
}

TEST_CASE("a loss is given the warm-up, at least 500 steps, or what the config says", "[run_watch]") {
  const auto first_warning = [](const HealthConfig& config, const HealthFacts& facts) -> std::int64_t {
    HealthMonitor monitor(config, facts);
    for (std::int64_t step = 100; step < 10'000; step += 100) {
      IntervalFigures figures = well(step);
      figures.loss = facts.guessing_loss * 1.005;
      if (!monitor.observe(figures).empty()) return step;
    }
    return -1;
  };
  HealthFacts facts = kImageNet;
  facts.warmup_steps = 2000;
  CHECK(first_warning({}, facts) == 3200);
  facts = {.num_classes = 10, .guessing_loss = std::log(10.0), .steps_per_epoch = 8};
  CHECK(first_warning({}, facts) == 700);
  HealthConfig config;
  config.stuck_after_steps = 300;
  CHECK(first_warning(config, facts) == 500);
  facts.guessing_loss = 0.0;
  CHECK(first_warning(config, facts) == -1);
}

TEST_CASE("a loss that moves on in between is not stuck", "[run_watch]") {
  HealthMonitor monitor({}, kImageNet);
  const auto now_and_then = [](IntervalFigures& figures) { figures.loss = figures.step % 300 == 0 ? 6.7 : 6.91; };
  CHECK(warnings_of(monitor, 100, 20'000, now_and_then).empty());
}

TEST_CASE("a run of which no step counts any more is reported", "[run_watch]") {
  HealthMonitor monitor({}, kImageNet);
  const auto skipping = [](IntervalFigures& figures) { figures.loss = NAN; };
  CHECK(warnings_of(monitor, 100, 200, skipping).empty());
  const auto warnings = warnings_of(monitor, 300, 2000, skipping);
  REQUIRE(warnings.size() == 1);
  CHECK(warnings[0].name == "every-step-skipped");
}

TEST_CASE("a gradient far above its usual norm is reported", "[run_watch]") {
  HealthMonitor monitor({}, kImageNet);
  const auto leap = [](IntervalFigures& figures) {
    if (figures.step == 3000) figures.gradient_norm = 200.0;
  };
  const auto warnings = warnings_of(monitor, 100, 5000, leap);
  REQUIRE(warnings.size() == 1);
  CHECK(warnings[0].name == "exploding-gradient");
  CHECK_THAT(warnings[0].text, ContainsSubstring("step 3,000") && ContainsSubstring("200"));
}

TEST_CASE("a gradient that is not finite does not spoil what is usual", "[run_watch]") {
  HealthMonitor monitor({}, kImageNet);
  const auto broken = [](IntervalFigures& figures) {
    if (figures.step < 2000) figures.gradient_norm = INFINITY;
    if (figures.step == 4000) figures.gradient_norm = 200.0;
  };
  CHECK(warnings_of(monitor, 100, 5000, broken).size() == 1);
}

TEST_CASE("weights that outgrow their least norm are reported", "[run_watch]") {
  HealthMonitor monitor({}, kImageNet);
  const auto growth = [](IntervalFigures& figures) {
    figures.parameter_norm = std::exp(static_cast<double>(figures.step) / 1000.0);
  };
  const auto warnings = warnings_of(monitor, 100, 5000, growth);
  REQUIRE(warnings.size() == 1);
  CHECK(warnings[0].name == "exploding-weights");
  CHECK_THAT(warnings[0].text, ContainsSubstring("step 2,500"));
}

TEST_CASE("a layer of which half gets no gradient for some intervals is reported by name", "[run_watch]") {
  HealthMonitor monitor({}, kImageNet);
  const auto dead = [](IntervalFigures& figures) {
    figures.dead_share = 0.75;
    figures.dead_layer = figures.step < 1000 ? "features." + std::to_string(figures.step % 200) : "classifier.1";
  };
  CHECK(warnings_of(monitor, 100, 1100, dead).empty());  // never the same layer three times
  const auto warnings = warnings_of(monitor, 1200, 3000, dead);
  REQUIRE(warnings.size() == 1);
  CHECK(warnings[0].name == "dead-units");
  CHECK_THAT(warnings[0].text, StartsWith("75 % of the units of classifier.1"));
}

TEST_CASE("waiting for pictures is reported when it lasts", "[run_watch]") {
  HealthMonitor monitor({}, kImageNet);
  const auto waiting = [](IntervalFigures& figures) { figures.data_wait = figures.step == 1000 ? 0.1 : 0.6; };
  CHECK(warnings_of(monitor, 100, 2100, waiting).empty());  // 90 s, a pause, 110 s
  const auto warnings = warnings_of(monitor, 2200, 5000, waiting);
  REQUIRE(warnings.size() == 1);
  CHECK(warnings[0].name == "data-bound");
  CHECK_THAT(warnings[0].text, StartsWith("60 % of the last 120 s") && ContainsSubstring("num_loader_threads"));
}

TEST_CASE("validation at chance while training learns is reported at the second time", "[run_watch]") {
  HealthMonitor monitor({}, kImageNet);
  CHECK(monitor.observe(EvaluationFigures{0.6, 0.999, 50'000}).empty());
  const auto warnings = monitor.observe(EvaluationFigures{0.4, 0.9991, 50'000});
  REQUIRE(warnings.size() == 1);
  CHECK(warnings[0].name == "validation-at-chance");
  CHECK_THAT(warnings[0].text, ContainsSubstring("60 %") && ContainsSubstring("same classes"));
  CHECK(monitor.observe(EvaluationFigures{0.3, 0.999, 50'000}).empty());
}

TEST_CASE("validation at chance is no news while training guesses too, or when it learns slowly", "[run_watch]") {
  HealthMonitor monitor({}, kImageNet);
  for (int i = 0; i < 5; ++i) CHECK(monitor.observe(EvaluationFigures{0.998, 0.999, 50'000}).empty());
  for (int i = 0; i < 5; ++i) CHECK(monitor.observe(EvaluationFigures{0.9, 0.99, 50'000}).empty());
}

TEST_CASE("warnings can be turned off", "[run_watch]") {
  HealthConfig config;
  config.warnings = false;
  HealthMonitor monitor(config, kImageNet);
  CHECK(warnings_of(monitor, 100, 5000, [](IntervalFigures& figures) { figures.loss = 6.91; }).empty());
}

TEST_CASE("a monitor that is fed the same figures again has the same memory", "[run_watch]") {
  const auto stuck = [](IntervalFigures& figures) { figures.loss = 6.91; };
  HealthMonitor resumed({}, kImageNet);
  CHECK(warnings_of(resumed, 100, 1100, stuck).empty());
  CHECK(warnings_of(resumed, 1200, 1200, stuck).size() == 1);
  CHECK(warnings_of(resumed, 1300, 9000, stuck).empty());
}

TEST_CASE("a batch that was changed without its rate is reported, with the rate in proportion", "[run_watch]") {
  const RateAndBatch recipe{0.1, 256};
  const auto warning = check_rate(recipe, {0.1, 2048});
  REQUIRE(warning.has_value());
  CHECK(warning->name == "rate-and-batch");
  CHECK_THAT(warning->text, ContainsSubstring("2,048") && ContainsSubstring("256") && ContainsSubstring("be 0.8"));
  CHECK(check_rate(recipe, {0.1, 32}).has_value());
  CHECK(check_rate(recipe, {1.6, 2048}).has_value());
}

TEST_CASE("rates that follow the batch linearly, by its root or in between are left alone", "[run_watch]") {
  const RateAndBatch recipe{0.1, 256};
  const double rate = GENERATE(0.8, 0.283, 0.5);
  CHECK_FALSE(check_rate(recipe, {rate, 2048}).has_value());
  CHECK_FALSE(check_rate(recipe, {0.5, 256}).has_value());  // the rate alone is anyone's choice
  CHECK_FALSE(check_rate(recipe, {0.1, 300}).has_value());
}
