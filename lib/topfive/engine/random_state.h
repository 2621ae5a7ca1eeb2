// The states of LibTorch's generators (initialisation, dropout): of one device, and of all ranks of a run.
#pragma once

#include <string>

#include <torch/types.h>

#include "topfive/engine/rank_team.h"
#include "topfive/engine/train_state.h"

namespace topfive::engine {

// The state of a device's generator as hexadecimal text, and back. UserError(kBadData) where the text is not a state of
// this LibTorch version's generator.
std::string random_state(const torch::Device& device);
void set_random_state(const torch::Device& device, const std::string& hexadecimal);

// Puts the states of every rank's CPU and device into rank 0's `state`. All ranks call it.
void collect_random_states(TrainState& state, const torch::Device& device, RankTeam& team);

// Sets this rank's generators to what was collected. A rank that was not there then keeps the states it has.
void restore_random_states(const TrainState& state, const torch::Device& device, const RankTeam& team);

}  // namespace topfive::engine
