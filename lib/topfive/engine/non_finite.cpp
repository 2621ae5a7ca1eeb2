#include "topfive/engine/non_finite.h"

#include "topfive/base/text.h"

namespace topfive::engine {

NonFiniteAction choose_action(const HealthConfig& config, const NonFiniteCounts& counts) {
  if (config.on_non_finite == OnNonFinite::kSkip && counts.skipped_steps < config.max_skipped_steps) {
    return NonFiniteAction::kSkip;
  }
  if (config.on_non_finite == OnNonFinite::kRollback && counts.rollbacks < config.max_rollbacks) {
    return NonFiniteAction::kRollback;
  }
  return NonFiniteAction::kStop;
}

std::string explain_stop(const HealthConfig& config, const NonFiniteCounts& counts, std::int64_t step) {
  std::string tried;
  if (config.on_non_finite == OnNonFinite::kSkip) {
    tried = ", and " + base::with_thousands(counts.skipped_steps) + " steps were left out before it";
  }
  if (config.on_non_finite == OnNonFinite::kRollback) {
    tried = ", after " + base::with_thousands(counts.rollbacks) + " rollbacks";
  }
  return "loss or gradient is not finite any more at step " + base::with_thousands(step) + tried +
         ": training has diverged; lower schedule.base_learning_rate, add warm-up or clip gradients (the checkpoints "
         "saved before are good)";
}

}  // namespace topfive::engine
