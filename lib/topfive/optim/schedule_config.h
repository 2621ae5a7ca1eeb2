// Which learning-rate schedule, and its constants.
#pragma once

#include <variant>
#include <vector>

#include "topfive/base/config_fields.h"

namespace topfive::optim {

// In every schedule: the rate after the warm-up, the warm-up's length, and where it starts.
struct WarmupConfig {
  double base_learning_rate = 0.1;
  double warmup_epochs = 0.0;
  double warmup_start_fraction = 0.0;
};

struct ConstantScheduleConfig : WarmupConfig {
  static const base::Fields<ConstantScheduleConfig>& fields();
};

struct StepScheduleConfig : WarmupConfig {
  double every_epochs = 30.0;
  double factor = 0.1;
  static const base::Fields<StepScheduleConfig>& fields();
};

struct MultiStepScheduleConfig : WarmupConfig {
  std::vector<double> milestones = {30.0, 60.0, 80.0};  // epochs
  double factor = 0.1;
  static const base::Fields<MultiStepScheduleConfig>& fields();
};

struct CosineScheduleConfig : WarmupConfig {
  double final_fraction = 0.0;
  static const base::Fields<CosineScheduleConfig>& fields();
};

using ScheduleConfig =
    std::variant<ConstantScheduleConfig, StepScheduleConfig, MultiStepScheduleConfig, CosineScheduleConfig>;

// Told apart by "type": constant, step, multi_step, cosine.
const base::Alternatives<ScheduleConfig>& schedule_alternatives();

}  // namespace topfive::optim
