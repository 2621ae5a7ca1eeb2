#include "topfive/optim/schedule.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace topfive::optim {
namespace {

struct Position {
  std::int64_t step = 0;
  std::int64_t steps_per_epoch = 1;
  std::int64_t total_steps = 1;
};

// Milestones may be fractions of an epoch; each falls on the nearest step.
std::int64_t steps_of(double epochs, const Position& at) {
  return std::llround(epochs * static_cast<double>(at.steps_per_epoch));
}

double decay(const ConstantScheduleConfig& /*config*/, const Position& /*at*/) { return 1.0; }

double decay(const StepScheduleConfig& config, const Position& at) {
  const double interval = config.every_epochs * static_cast<double>(at.steps_per_epoch);
  // Half a step more keeps a boundary that is a whole number from falling below it by rounding.
  const double changes = std::floor((static_cast<double>(at.step) + 0.5) / interval);
  return std::pow(config.factor, changes);
}

double decay(const MultiStepScheduleConfig& config, const Position& at) {
  const auto passed = std::count_if(config.milestones.begin(), config.milestones.end(),
                                    [&](double epochs) { return at.step >= steps_of(epochs, at); });
  return std::pow(config.factor, static_cast<double>(passed));
}

double decay(const CosineScheduleConfig& config, const Position& at) {
  const std::int64_t start = steps_of(config.warmup_epochs, at);
  if (at.step <= start) return 1.0;
  const double share = std::min(1.0, static_cast<double>(at.step - start) /
                                         static_cast<double>(std::max<std::int64_t>(1, at.total_steps - start)));
  const double wave = 0.5 * (1.0 + std::cos(std::numbers::pi * share));
  return config.final_fraction + (1.0 - config.final_fraction) * wave;
}

double warmup(const WarmupConfig& config, const Position& at) {
  const std::int64_t length = steps_of(config.warmup_epochs, at);
  if (at.step >= length) return 1.0;
  const double share = static_cast<double>(at.step) / static_cast<double>(length);
  return config.warmup_start_fraction + (1.0 - config.warmup_start_fraction) * share;
}

}  // namespace

double learning_rate(const ScheduleConfig& config, std::int64_t step, std::int64_t steps_per_epoch,
                     std::int64_t total_steps) {
  const Position at{step, steps_per_epoch, total_steps};
  return std::visit(
      [&](const auto& schedule) { return schedule.base_learning_rate * decay(schedule, at) * warmup(schedule, at); },
      config);
}

}  // namespace topfive::optim
