#include "topfive/optim/plateau.h"

namespace topfive::optim {

bool observe_plateau(const ScheduleConfig& config, PlateauState& state, double error) {
  const auto* plateau = std::get_if<PlateauScheduleConfig>(&config);
  if (plateau == nullptr) return false;
  if (error < state.best * (1.0 - plateau->threshold)) {
    state.best = error;
    state.bad_evaluations = 0;
  } else {
    ++state.bad_evaluations;
  }
  if (state.cooldown_left > 0) {
    --state.cooldown_left;
    state.bad_evaluations = 0;
  }
  if (state.bad_evaluations <= plateau->patience) return false;
  ++state.reductions;
  state.cooldown_left = plateau->cooldown;
  state.bad_evaluations = 0;
  return true;
}

}  // namespace topfive::optim
