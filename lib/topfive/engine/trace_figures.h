// What the slices of all ranks say together: one time for all of them, and how much of the all-reduce was hidden.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "topfive/engine/trace_records.h"

namespace topfive::engine {

// Moves all times to rank 0's clock, and returns by how much two ranks may still be apart from it at most, in
// nanoseconds: 0 where they share one clock. No rank leaves a meeting before the last has come, so each of them bounds
// the difference of two clocks from both sides; the middle of what remains is taken.
std::int64_t align_clocks(std::vector<RankTrace>& ranks);

struct Overlap {
  double milliseconds_per_step = 0.0;  // in which an all-reduce was under way: the mean over steps and ranks
  double hidden_share = 0.0;           // of that, while the backward pass still computed gradients: 0 to 1
};

// `steps`: how many were recorded on each rank. Nothing where no all-reduce was.
std::optional<Overlap> measure_overlap(const std::vector<RankTrace>& ranks, std::int64_t steps);

}  // namespace topfive::engine
