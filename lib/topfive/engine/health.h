// Finds what goes wrong in a training without any error: pure logic on the numbers of the run's log.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "topfive/engine/health_config.h"

namespace topfive::engine {

// What does not change during a run.
struct HealthFacts {
  int num_classes = 2;
  double guessing_loss = 0.0;  // of a network that tells no classes apart; 0: unknown
  std::int64_t steps_per_epoch = 1;
  std::int64_t warmup_steps = 0;
};

// One interval of the run's log.
struct IntervalFigures {
  std::int64_t step = 0;
  double loss = 0.0;       // mean over the interval; NaN where every step of it was skipped
  double seconds = 0.0;    // of the interval
  double data_wait = 0.0;  // share of them spent waiting for pictures
  std::optional<double> gradient_norm;
  std::optional<double> parameter_norm;
  std::optional<double> dead_share;  // of the units of the layer that has most of them; they get no gradient at all
  std::string dead_layer;            // which one
};

// One evaluation. Errors are fractions.
struct EvaluationFigures {
  double train_top1_error = 0.0;
  double top1_error = 0.0;
  std::int64_t images = 0;
};

// "loss-stuck" and what to check, in one line.
struct HealthWarning {
  std::string name;
  std::string text;
};

// Warns once per cause. Its memory is a function of the figures it has seen, so a resumed run feeds it those of its log
// and goes on as the uninterrupted one would. One thread.
class HealthMonitor {
 public:
  HealthMonitor(const HealthConfig& config, const HealthFacts& facts) : config_(config), facts_(facts) {}

  std::vector<HealthWarning> observe(const IntervalFigures& figures);
  std::vector<HealthWarning> observe(const EvaluationFigures& figures);

 private:
  using Warnings = std::vector<HealthWarning>;
  void warn(Warnings& warnings, const std::string& name, const std::string& text);
  void check_skipping(const IntervalFigures& figures, Warnings& warnings);
  void check_loss(const IntervalFigures& figures, Warnings& warnings);
  void check_gradient(const IntervalFigures& figures, Warnings& warnings);
  void check_parameters(const IntervalFigures& figures, Warnings& warnings);
  void check_units(const IntervalFigures& figures, Warnings& warnings);
  void check_input(const IntervalFigures& figures, Warnings& warnings);

  HealthConfig config_;
  HealthFacts facts_;
  std::set<std::string> warned_;
  int intervals_skipped_ = 0;
  int intervals_at_guessing_ = 0;
  std::vector<double> gradient_norms_;  // the latest ones
  std::optional<double> least_parameter_norm_;
  int intervals_dead_ = 0;
  std::string dead_layer_;
  double data_bound_seconds_ = 0.0;
  double data_bound_wait_ = 0.0;
  int evaluations_at_chance_ = 0;
};

// A batch that was changed without the rate, seen before the run starts. recipe: what the config file says; run: what
// it says after the overrides. Rates may follow the batch linearly or with its square root.
struct RateAndBatch {
  double peak_rate = 0.0;
  std::int64_t global_batch = 1;
};
std::optional<HealthWarning> check_rate(const RateAndBatch& recipe, const RateAndBatch& run);

}  // namespace topfive::engine
