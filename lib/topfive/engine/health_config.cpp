#include "topfive/engine/health_config.h"

namespace topfive::engine {

const base::Fields<HealthConfig>& HealthConfig::fields() {
  static const auto kFields =
      base::Fields<HealthConfig>("What a run watches itself for, and what it does about it.")
          .choice("on_non_finite", &HealthConfig::on_non_finite,
                  {{"stop", OnNonFinite::kStop}, {"skip", OnNonFinite::kSkip}, {"rollback", OnNonFinite::kRollback}},
                  {.help = "when loss or gradient is not finite: end the run, leave out the step, or go back to the "
                           "weights of the last checkpoint and on with the next pictures"})
          .number("max_skipped_steps", &HealthConfig::max_skipped_steps,
                  {.help = "steps that skip leaves out in the whole run before it ends", .min = 0, .max = 1e9})
          .number("max_rollbacks", &HealthConfig::max_rollbacks,
                  {.help = "times that rollback goes back in the whole run before it ends", .min = 0, .max = 1'000})
          .boolean("warnings", &HealthConfig::warnings,
                   {.help = "warn of a loss that is stuck, dead units, exploding norms and the like"})
          .number("stuck_after_steps", &HealthConfig::stuck_after_steps,
                  {.help = "steps after which the loss should be below that of guessing, 0 for an epoch after the "
                           "warm-up and at least 500",
                   .min = 0,
                   .max = 1e12});
  return kFields;
}

}  // namespace topfive::engine
