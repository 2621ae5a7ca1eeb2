// The learning rate as a pure function of the position in training, so that a resumed run needs no state for it; only
// the plateau schedule remembers something, and gets it as an argument.
//
//   rate = peak * decay * warm-up        peak = base_learning_rate * batch / base_batch_size, or its square root
//
// The warm-up rises linearly from its start fraction at step 0 to 1 at the first step after it. Epochs of step,
// multi_step and exponential count from the start of training, warm-up included. Polynomial, linear and cosine span
// what is left after the warm-up and would reach their floor at step total_steps, one after the last. one_cycle is
// torch.optim.lr_scheduler.OneCycleLR and reaches its end at the last step.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "topfive/optim/plateau.h"
#include "topfive/optim/schedule_config.h"

namespace topfive::optim {

struct SchedulePosition {
  std::int64_t step = 0;               // from 0
  std::int64_t steps_per_epoch = 1;    // > 0
  std::int64_t total_steps = 1;        // > 0, of the whole training
  std::int64_t global_batch_size = 0;  // pictures per step: all ranks, all accumulated parts
  PlateauState plateau = {};
};

double learning_rate(const ScheduleConfig& config, const SchedulePosition& at);

// Momentum (or beta1) of the step, where the schedule sets it: one_cycle with cycle_momentum.
std::optional<double> scheduled_momentum(const ScheduleConfig& config, const SchedulePosition& at);

// The rate that the warm-up leads to.
double peak_learning_rate(const ScheduleConfig& config, std::int64_t global_batch_size);

// "peak rate 0.4 (recipe: 0.1 per 256)"; without a rule "peak rate 0.1".
std::string describe_rate(const ScheduleConfig& config, std::int64_t global_batch_size);

// In steps, the nearest whole number.
std::int64_t warmup_length(const ScheduleConfig& config, std::int64_t steps_per_epoch);

// UserError(kConfig) if the warm-up is longer than the training.
void check_schedule(const ScheduleConfig& config, std::int64_t steps_per_epoch, std::int64_t total_steps);

}  // namespace topfive::optim
