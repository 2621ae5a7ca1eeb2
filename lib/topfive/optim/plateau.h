// The memory of the plateau schedule, as torch.optim.lr_scheduler.ReduceLROnPlateau with mode "min" and a relative
// threshold keeps it.
#pragma once

#include <cstdint>
#include <limits>

#include "topfive/optim/schedule_config.h"

namespace topfive::optim {

// Belongs to the state of a run and is saved with it. Every value is a finite number.
struct PlateauState {
  double best = std::numeric_limits<double>::max();
  std::int64_t bad_evaluations = 0;  // in a row, without progress
  std::int64_t cooldown_left = 0;
  std::int64_t reductions = 0;  // the rate has been multiplied by the factor this often
};

// Takes note of one evaluation's error (lower is better). True if the rate falls now. Does nothing for every other
// schedule.
bool observe_plateau(const ScheduleConfig& config, PlateauState& state, double error);

}  // namespace topfive::optim
