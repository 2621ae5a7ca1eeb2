// What a schedule that cycles momentum needs from an optimizer.
#pragma once

#include "topfive/base/error.h"

namespace topfive::optim {

// UserError(kConfig) if the optimizer keeps no velocity that a momentum could act on.
inline void require_velocity(bool has_velocity) {
  if (has_velocity) return;
  throw base::UserError(base::ExitCode::kConfig,
                        "schedule.cycle_momentum needs an optimizer with momentum; set optimizer.momentum above 0, or "
                        "schedule.cycle_momentum to false");
}

}  // namespace topfive::optim
