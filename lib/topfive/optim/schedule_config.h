// Which learning-rate schedule, and its constants.
#pragma once

#include <cstdint>
#include <variant>
#include <vector>

#include "topfive/base/config_fields.h"

namespace topfive::optim {

// How the rate follows the batch: in proportion, or as its square root.
enum class BatchRule { kLinear, kSquareRoot };

// In every schedule: the peak rate, the batch it is meant for, and the warm-up that leads to it.
struct RateConfig {
  double base_learning_rate = 0.1;
  std::int64_t base_batch_size = 0;  // 0: the rate stands as given, whatever the batch
  BatchRule batch_rule = BatchRule::kLinear;
  double warmup_epochs = 0.0;
  std::int64_t warmup_steps = 0;  // the other way to give the length
  double warmup_start_fraction = 0.0;
};

struct ConstantScheduleConfig : RateConfig {
  static const base::Fields<ConstantScheduleConfig>& fields();
};

struct StepScheduleConfig : RateConfig {
  double every_epochs = 30.0;
  double factor = 0.1;
  static const base::Fields<StepScheduleConfig>& fields();
};

struct MultiStepScheduleConfig : RateConfig {
  std::vector<double> milestones = {30.0, 60.0, 80.0};  // epochs
  double factor = 0.1;
  static const base::Fields<MultiStepScheduleConfig>& fields();
};

struct ExponentialScheduleConfig : RateConfig {
  double every_epochs = 1.0;
  double factor = 0.97;
  static const base::Fields<ExponentialScheduleConfig>& fields();
};

// Schedules that fall to a floor at the end of training: a share of the peak, or a rate.
struct FloorConfig : RateConfig {
  double final_fraction = 0.0;
  double final_learning_rate = 0.0;
};

struct PolynomialScheduleConfig : FloorConfig {
  double power = 2.0;
  static const base::Fields<PolynomialScheduleConfig>& fields();
};

struct LinearScheduleConfig : FloorConfig {
  static const base::Fields<LinearScheduleConfig>& fields();
};

struct CosineScheduleConfig : FloorConfig {
  static const base::Fields<CosineScheduleConfig>& fields();
};

// The shape of a phase of one_cycle.
enum class Anneal { kCosine, kLinear };

struct OneCycleScheduleConfig : RateConfig {
  double pct_start = 0.3;
  double div_factor = 25.0;
  double final_div_factor = 1e4;
  Anneal anneal = Anneal::kCosine;
  bool three_phase = false;
  bool cycle_momentum = true;
  double base_momentum = 0.85;
  double max_momentum = 0.95;
  static const base::Fields<OneCycleScheduleConfig>& fields();
};

struct PlateauScheduleConfig : RateConfig {
  double factor = 0.1;
  std::int64_t patience = 10;  // evaluations
  double threshold = 1e-4;     // relative
  std::int64_t cooldown = 0;   // evaluations
  double min_learning_rate = 0.0;
  static const base::Fields<PlateauScheduleConfig>& fields();
};

using ScheduleConfig = std::variant<ConstantScheduleConfig, StepScheduleConfig, MultiStepScheduleConfig,
                                    ExponentialScheduleConfig, PolynomialScheduleConfig, LinearScheduleConfig,
                                    CosineScheduleConfig, OneCycleScheduleConfig, PlateauScheduleConfig>;

// Told apart by "type": constant, step, multi_step, exponential, polynomial, linear, cosine, one_cycle, plateau.
const base::Alternatives<ScheduleConfig>& schedule_alternatives();

// The part that all schedules share.
const RateConfig& rate_config(const ScheduleConfig& config);

}  // namespace topfive::optim
