// The learning rate as a pure function of the position in training, so that a resumed run needs no state for it.
#pragma once

#include <cstdint>

#include "topfive/optim/schedule_config.h"

namespace topfive::optim {

// The rate of step `step`, counted from 0, in a run of total_steps > 0 steps with steps_per_epoch > 0 of them an epoch.
//
// The rate is base * decay * warm-up. The warm-up rises linearly from its start fraction at step 0 to 1 at the first
// step after it. Epochs of step and multi_step count from the start of training, warm-up included. The cosine spans
// what is left after the warm-up and would reach its final fraction at step total_steps, one after the last.
double learning_rate(const ScheduleConfig& config, std::int64_t step, std::int64_t steps_per_epoch,
                     std::int64_t total_steps);

}  // namespace topfive::optim
