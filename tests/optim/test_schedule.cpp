#include <cmath>
#include <string>

#include "topfive/optim/schedule.h"

#include "support/catch.h"

namespace topfive::optim {
namespace {

ScheduleConfig parse_schedule(const std::string& json) {
  const auto document = base::ConfigDocument::parse(json, "test.json");
  return schedule_alternatives().parse(base::ConfigNode(document));
}

struct Row {
  std::string config;
  std::int64_t step;
  double rate;
};

}  // namespace

// Ten steps an epoch, a hundred in all.
TEST_CASE("rates equal those worked out by hand") {
  const std::string constant = R"({"type": "constant", "base_learning_rate": 0.5})";
  const std::string warm =
      R"({"type": "constant", "base_learning_rate": 0.5, "warmup_epochs": 0.4, "warmup_start_fraction": 0.2})";
  const std::string step = R"({"type": "step", "base_learning_rate": 0.1, "every_epochs": 3, "factor": 0.1})";
  const std::string fractional = R"({"type": "step", "base_learning_rate": 1, "every_epochs": 0.7, "factor": 0.5})";
  const std::string multi =
      R"({"type": "multi_step", "base_learning_rate": 0.1, "milestones": [2, 2.5, 8], "factor": 0.5})";
  const std::string cosine = R"({"type": "cosine", "base_learning_rate": 0.4})";
  const std::string warm_cosine =
      R"({"type": "cosine", "base_learning_rate": 1, "warmup_epochs": 2, "final_fraction": 0.1})";
  const auto row = GENERATE_COPY(
      Row{constant, 0, 0.5}, Row{constant, 99, 0.5}, Row{constant, 1000, 0.5}, Row{warm, 0, 0.1}, Row{warm, 1, 0.2},
      Row{warm, 2, 0.3}, Row{warm, 3, 0.4}, Row{warm, 4, 0.5}, Row{step, 0, 0.1}, Row{step, 29, 0.1},
      Row{step, 30, 0.01}, Row{step, 59, 0.01}, Row{step, 60, 0.001}, Row{fractional, 6, 1.0}, Row{fractional, 7, 0.5},
      Row{fractional, 13, 0.5}, Row{fractional, 14, 0.25}, Row{multi, 19, 0.1}, Row{multi, 20, 0.05},
      Row{multi, 24, 0.05}, Row{multi, 25, 0.025}, Row{multi, 80, 0.0125}, Row{cosine, 0, 0.4}, Row{cosine, 50, 0.2},
      Row{cosine, 25, 0.2 * (1 + std::sqrt(0.5))}, Row{cosine, 100, 0.0}, Row{cosine, 500, 0.0},
      Row{warm_cosine, 0, 0.0}, Row{warm_cosine, 10, 0.5}, Row{warm_cosine, 20, 1.0}, Row{warm_cosine, 60, 0.55},
      Row{warm_cosine, 100, 0.1});
  CAPTURE(row.config, row.step);
  CHECK(learning_rate(parse_schedule(row.config), {row.step, 10, 100}) == Approx(row.rate).margin(1e-12));
}

TEST_CASE("a step boundary falls on the first step of its epoch for every length of an epoch") {
  const auto schedule = parse_schedule(R"({"type": "step", "base_learning_rate": 1, "every_epochs": 30})");
  for (const std::int64_t steps_per_epoch : {1, 3, 7, 313, 1251, 10009, 40036}) {
    for (const std::int64_t change : {1, 2}) {
      const std::int64_t boundary = 30 * change * steps_per_epoch;
      CHECK(learning_rate(schedule, {boundary - 1, steps_per_epoch, boundary * 3}) ==
            Approx(std::pow(0.1, static_cast<double>(change - 1))));
      CHECK(learning_rate(schedule, {boundary, steps_per_epoch, boundary * 3}) ==
            Approx(std::pow(0.1, static_cast<double>(change))));
    }
  }
}

TEST_CASE("cosine and warm-up never leave their range and only fall after the warm-up") {
  const auto schedule = parse_schedule(
      R"({"type": "cosine", "base_learning_rate": 2, "warmup_epochs": 1.5, "warmup_start_fraction": 0.1})");
  double last = 2.0;
  for (std::int64_t step = 0; step < 200; ++step) {
    const double rate = learning_rate(schedule, {step, 20, 200});
    CHECK(rate > 0.0);
    CHECK(rate <= 2.0);
    if (step >= 30) CHECK(rate <= last);
    if (step >= 30) last = rate;
  }
}

TEST_CASE("a warm-up as long as the run never divides by zero") {
  const auto schedule = parse_schedule(R"({"type": "cosine", "base_learning_rate": 1, "warmup_epochs": 10})");
  CHECK(learning_rate(schedule, {99, 10, 100}) == Approx(0.99));
  CHECK(learning_rate(schedule, {100, 10, 100}) == Approx(1.0));
}

TEST_CASE("the peak rate follows the global batch by the rule of the recipe and says so") {
  const std::string fixed = R"({"type": "constant", "base_learning_rate": 0.1})";
  const std::string linear = R"({"type": "cosine", "base_learning_rate": 0.1, "base_batch_size": 256})";
  const std::string root =
      R"({"type": "cosine", "base_learning_rate": 0.005, "base_batch_size": 2048, "batch_rule": "sqrt"})";
  const auto [json, batch, rate, text] = GENERATE_COPY(table<std::string, std::int64_t, double, std::string>({
      {fixed, 1024, 0.1, "peak rate 0.1"},
      {linear, 1024, 0.4, "peak rate 0.4 (recipe: 0.1 per 256)"},
      {linear, 256, 0.1, "peak rate 0.1 (recipe: 0.1 per 256)"},
      {linear, 64, 0.025, "peak rate 0.025 (recipe: 0.1 per 256)"},
      {root, 512, 0.0025, "peak rate 0.0025 (recipe: 0.005 per 2048, square-root rule)"},
  }));
  const ScheduleConfig schedule = parse_schedule(json);
  CHECK(peak_learning_rate(schedule, batch) == Approx(rate));
  CHECK(learning_rate(schedule, {0, 10, 100, batch}) == Approx(rate));
  CHECK(describe_rate(schedule, batch) == text);
}

TEST_CASE("a floor that is a rate stays where it is when the peak follows the batch") {
  const std::string type = GENERATE("cosine", "linear", "polynomial");
  const auto schedule = parse_schedule(R"({"type": ")" + type + R"(", "base_learning_rate": 0.001,
      "base_batch_size": 512, "final_learning_rate": 0.00001})");
  CHECK(learning_rate(schedule, {0, 10, 100, 1024}) == Approx(0.002));
  CHECK(learning_rate(schedule, {100, 10, 100, 1024}) == Approx(0.00001));
  CHECK(learning_rate(schedule, {100, 10, 100, 1}) == Approx(0.001 / 512));  // never above the peak
}

TEST_CASE("a warm-up in steps lasts that long whatever an epoch is") {
  const auto schedule = parse_schedule(R"({"type": "cosine", "base_learning_rate": 1, "warmup_steps": 50})");
  for (const std::int64_t steps_per_epoch : {1, 7, 1000}) {
    CHECK(warmup_length(schedule, steps_per_epoch) == 50);
    CHECK(learning_rate(schedule, {25, steps_per_epoch, 1000}) == Approx(0.5));
    CHECK(learning_rate(schedule, {50, steps_per_epoch, 1000}) == Approx(1.0));
  }
}

TEST_CASE("a warm-up longer than the training is one clear line") {
  const auto epochs = parse_schedule(R"({"type": "cosine", "warmup_epochs": 10})");
  CHECK_NOTHROW(check_schedule(epochs, 10, 100));
  CHECK_THROWS_WITH(check_schedule(epochs, 10, 99),
                    "schedule.warmup_epochs: the warm-up of 100 steps is longer than the training of 99 steps (10 an "
                    "epoch); shorten the warm-up or train longer");
  const auto steps = parse_schedule(R"({"type": "step", "warmup_steps": 10000})");
  CHECK_THROWS_WITH(check_schedule(steps, 100, 9000), StartsWith("schedule.warmup_steps: "));
}

TEST_CASE("schedules are chosen by type and bad ones are refused") {
  CHECK(schedule_alternatives().names() == std::vector<std::string>{"constant", "step", "multi_step", "exponential",
                                                                    "polynomial", "linear", "cosine", "one_cycle",
                                                                    "plateau"});
  const auto [text, words] = GENERATE(table<std::string, std::string>({
      {R"({"type": "linaer"})", "did you mean \"linear\""},
      {R"({"type": "multi_step", "milestones": [3, 2]})", "must rise"},
      {R"({"type": "multi_step", "milestones": [3, 3]})", "must rise"},
      {R"({"type": "step", "every_epochs": 0})", "every_epochs"},
      {R"({"type": "cosine", "warmup_epochs": -1})", "warmup_epochs"},
      {R"({"type": "cosine", "base_learning_rate": -0.1})", "base_learning_rate: -0.1 is out of range"},
      {R"({"type": "cosine", "warmup_epochs": 1, "warmup_steps": 1})", "exclude each other"},
      {R"({"type": "cosine", "final_fraction": 0.1, "final_learning_rate": 0.1})", "exclude each other"},
      {R"({"type": "one_cycle", "warmup_epochs": 1})", "pct_start"},
      {R"({"type": "one_cycle", "three_phase": true, "pct_start": 0.6})", "at most 0.5"},
      {R"({"type": "one_cycle", "base_momentum": 0.99})", "base_momentum"},
      {R"({"type": "plateau", "factor": 1})", "factor"},
      {R"({"type": "constant", "final_fraction": 0})", "final_fraction"},
  }));
  CHECK_THROWS_WITH(parse_schedule(text), ContainsSubstring(words));
}

}  // namespace topfive::optim
