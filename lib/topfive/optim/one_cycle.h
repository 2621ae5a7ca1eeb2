// The phases of torch.optim.lr_scheduler.OneCycleLR (Smith and Topin 2017, arXiv 1708.07120).
#pragma once

#include <cstdint>

#include "topfive/optim/schedule_config.h"

namespace topfive::optim {

struct OneCycleValues {
  double rate = 0.0;      // as a share of the peak
  double momentum = 0.0;  // or beta1
};

// At step `step` of `total_steps` > 0; steps after the last one keep its values.
OneCycleValues one_cycle_values(const OneCycleScheduleConfig& config, std::int64_t step, std::int64_t total_steps);

}  // namespace topfive::optim
