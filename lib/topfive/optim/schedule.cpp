#include "topfive/optim/schedule.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "topfive/base/error.h"
#include "topfive/base/text.h"
#include "topfive/optim/one_cycle.h"

namespace topfive::optim {
namespace {

// Milestones may be fractions of an epoch; each falls on the nearest step.
std::int64_t steps_of(double epochs, std::int64_t steps_per_epoch) {
  return std::llround(epochs * static_cast<double>(steps_per_epoch));
}

std::int64_t warmup_steps(const RateConfig& config, std::int64_t steps_per_epoch) {
  return config.warmup_steps > 0 ? config.warmup_steps : steps_of(config.warmup_epochs, steps_per_epoch);
}

double peak(const RateConfig& config, std::int64_t global_batch_size) {
  if (config.base_batch_size == 0) return config.base_learning_rate;
  const double ratio = static_cast<double>(global_batch_size) / static_cast<double>(config.base_batch_size);
  return config.base_learning_rate * (config.batch_rule == BatchRule::kLinear ? ratio : std::sqrt(ratio));
}

double warmup(const RateConfig& config, const SchedulePosition& at) {
  const std::int64_t length = warmup_steps(config, at.steps_per_epoch);
  if (at.step >= length) return 1.0;
  const double share = static_cast<double>(at.step) / static_cast<double>(length);
  return config.warmup_start_fraction + (1.0 - config.warmup_start_fraction) * share;
}

// Share of the time after the warm-up that is over.
double progress(const RateConfig& config, const SchedulePosition& at) {
  const std::int64_t start = warmup_steps(config, at.steps_per_epoch);
  if (at.step <= start) return 0.0;
  const auto length = static_cast<double>(std::max<std::int64_t>(1, at.total_steps - start));
  return std::min(1.0, static_cast<double>(at.step - start) / length);
}

// From 1 down to the floor as `left` falls from 1 to 0. A floor above the peak is the peak.
double to_floor(const FloorConfig& config, const SchedulePosition& at, double left) {
  const double highest = peak(config, at.global_batch_size);
  const bool as_rate = config.final_learning_rate > 0.0 && highest > 0.0;
  const double floor = as_rate ? std::min(1.0, config.final_learning_rate / highest) : config.final_fraction;
  return floor + (1.0 - floor) * left;
}

double decay(const ConstantScheduleConfig& /*config*/, const SchedulePosition& /*at*/) { return 1.0; }

double decay(const StepScheduleConfig& config, const SchedulePosition& at) {
  const double interval = config.every_epochs * static_cast<double>(at.steps_per_epoch);
  // Half a step more keeps a boundary that is a whole number from falling below it by rounding.
  const double changes = std::floor((static_cast<double>(at.step) + 0.5) / interval);
  return std::pow(config.factor, changes);
}

double decay(const MultiStepScheduleConfig& config, const SchedulePosition& at) {
  const auto passed = std::count_if(config.milestones.begin(), config.milestones.end(),
                                    [&](double epochs) { return at.step >= steps_of(epochs, at.steps_per_epoch); });
  return std::pow(config.factor, static_cast<double>(passed));
}

double decay(const ExponentialScheduleConfig& config, const SchedulePosition& at) {
  const double interval = config.every_epochs * static_cast<double>(at.steps_per_epoch);
  return std::pow(config.factor, static_cast<double>(at.step) / interval);
}

double decay(const PolynomialScheduleConfig& config, const SchedulePosition& at) {
  return to_floor(config, at, std::pow(1.0 - progress(config, at), config.power));
}

double decay(const LinearScheduleConfig& config, const SchedulePosition& at) {
  return to_floor(config, at, 1.0 - progress(config, at));
}

double decay(const CosineScheduleConfig& config, const SchedulePosition& at) {
  return to_floor(config, at, 0.5 * (1.0 + std::cos(std::numbers::pi * progress(config, at))));
}

double decay(const OneCycleScheduleConfig& config, const SchedulePosition& at) {
  return one_cycle_values(config, at.step, at.total_steps).rate;
}

double decay(const PlateauScheduleConfig& config, const SchedulePosition& at) {
  const double highest = peak(config, at.global_batch_size);
  const double lowest = highest > 0.0 ? std::min(1.0, config.min_learning_rate / highest) : 0.0;
  return std::max(lowest, std::pow(config.factor, static_cast<double>(at.plateau.reductions)));
}

}  // namespace

double learning_rate(const ScheduleConfig& config, const SchedulePosition& at) {
  return std::visit(
      [&](const auto& schedule) {
        return peak(schedule, at.global_batch_size) * decay(schedule, at) * warmup(schedule, at);
      },
      config);
}

std::optional<double> scheduled_momentum(const ScheduleConfig& config, const SchedulePosition& at) {
  const auto* cycle = std::get_if<OneCycleScheduleConfig>(&config);
  if (cycle == nullptr || !cycle->cycle_momentum) return std::nullopt;
  return one_cycle_values(*cycle, at.step, at.total_steps).momentum;
}

double peak_learning_rate(const ScheduleConfig& config, std::int64_t global_batch_size) {
  return peak(rate_config(config), global_batch_size);
}

std::string describe_rate(const ScheduleConfig& config, std::int64_t global_batch_size) {
  const RateConfig& rate = rate_config(config);
  const std::string text = "peak rate " + base::short_number(peak(rate, global_batch_size));
  if (rate.base_batch_size == 0) return text;
  const std::string rule = rate.batch_rule == BatchRule::kSquareRoot ? ", square-root rule" : "";
  return text + " (recipe: " + base::short_number(rate.base_learning_rate) + " per " +
         std::to_string(rate.base_batch_size) + rule + ")";
}

std::int64_t warmup_length(const ScheduleConfig& config, std::int64_t steps_per_epoch) {
  return warmup_steps(rate_config(config), steps_per_epoch);
}

void check_schedule(const ScheduleConfig& config, std::int64_t steps_per_epoch, std::int64_t total_steps) {
  const RateConfig& rate = rate_config(config);
  const std::int64_t length = warmup_steps(rate, steps_per_epoch);
  if (length <= total_steps) return;
  const std::string key = rate.warmup_steps > 0 ? "warmup_steps" : "warmup_epochs";
  throw base::UserError(base::ExitCode::kConfig,
                        "schedule." + key + ": the warm-up of " + std::to_string(length) +
                            " steps is longer than the training of " + std::to_string(total_steps) + " steps (" +
                            std::to_string(steps_per_epoch) + " an epoch); shorten the warm-up or train longer");
}

}  // namespace topfive::optim
