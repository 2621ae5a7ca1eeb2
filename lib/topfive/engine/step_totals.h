// Adds up what the steps report, without waiting for the device at each of them.
#pragma once

#include <vector>

#include "topfive/engine/rank_team.h"
#include "topfive/engine/train_state.h"
#include "topfive/engine/train_step.h"

namespace topfive::engine {

// What one step reported, read from the device.
struct StepFigures {
  double loss = 0.0;     // mean over the step's pictures
  bool skipped = false;  // it left the weights as they were
};

// One thread.
class StepTotals {
 public:
  void add(StepSums sums) { pending_.push_back(std::move(sums)); }
  // Waits for the device, and moves the sums into the state: added up in the order of the steps, so that the totals do
  // not depend on when they are read; a step that was skipped or whose loss is not finite is left out. Gives the steps
  // since the last call, in order. Sums are those of all ranks of the team.
  std::vector<StepFigures> settle(TrainState& state, RankTeam& team);

 private:
  std::vector<StepSums> pending_;
};

}  // namespace topfive::engine
