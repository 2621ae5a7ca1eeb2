// Which optimizer, and its constants. The learning rate is the schedule's.
#pragma once

#include <variant>

#include "topfive/base/config_fields.h"

namespace topfive::optim {

struct SgdConfig {
  double momentum = 0.9;
  bool nesterov = false;
  double weight_decay = 1e-4;
  bool decay_norm_and_bias = true;
  double bias_learning_rate_factor = 1.0;
  // The form of 2012: the rate enters the velocity, so a new rate acts on future gradients only.
  bool rate_in_velocity = false;
  static const base::Fields<SgdConfig>& fields();
};

using OptimizerConfig = std::variant<SgdConfig>;

// Told apart by "type": sgd.
const base::Alternatives<OptimizerConfig>& optimizer_alternatives();

}  // namespace topfive::optim
