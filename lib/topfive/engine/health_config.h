// What a run does about its own illnesses.
#pragma once

#include <cstdint>

#include "topfive/base/config_fields.h"

namespace topfive::engine {

enum class OnNonFinite {
  kStop,
  kSkip,      // the step leaves the weights as they were
  kRollback,  // weights and optimizer go back to the last checkpoint, the data go on
};

struct HealthConfig {
  OnNonFinite on_non_finite = OnNonFinite::kStop;
  std::int64_t max_skipped_steps = 100;  // in the whole run; then it stops
  std::int64_t max_rollbacks = 3;        // the same
  bool warnings = true;
  std::int64_t stuck_after_steps = 0;  // 0: an epoch after the warm-up, and not before 500 steps
  static const base::Fields<HealthConfig>& fields();
};

}  // namespace topfive::engine
