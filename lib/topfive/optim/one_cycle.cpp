#include "topfive/optim/one_cycle.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

namespace topfive::optim {
namespace {

// A phase ends with its values at a step that may be a fraction.
struct Phase {
  double end_step = 0.0;
  OneCycleValues start;
  OneCycleValues end;
};

std::vector<Phase> phases(const OneCycleScheduleConfig& config, double total_steps) {
  const OneCycleValues first{1.0 / config.div_factor, config.max_momentum};
  const OneCycleValues peak{1.0, config.base_momentum};
  const OneCycleValues last{first.rate / config.final_div_factor, config.max_momentum};
  const double rise = config.pct_start * total_steps;
  if (!config.three_phase) return {{rise - 1, first, peak}, {total_steps - 1, peak, last}};
  return {{rise - 1, first, peak}, {2 * rise - 2, peak, first}, {total_steps - 1, first, last}};
}

double between(double start, double end, double share, Anneal anneal) {
  if (anneal == Anneal::kLinear) return start + (end - start) * share;
  return end + (start - end) / 2.0 * (1.0 + std::cos(std::numbers::pi * share));
}

}  // namespace

OneCycleValues one_cycle_values(const OneCycleScheduleConfig& config, std::int64_t step, std::int64_t total_steps) {
  const auto at = static_cast<double>(std::min(step, total_steps - 1));
  const std::vector<Phase> all = phases(config, static_cast<double>(total_steps));
  double start_step = 0.0;
  for (const Phase& phase : all) {
    if (at > phase.end_step && &phase != &all.back()) {
      start_step = phase.end_step;
      continue;
    }
    const double length = phase.end_step - start_step;
    const double share = length > 0.0 ? (at - start_step) / length : 1.0;
    return {between(phase.start.rate, phase.end.rate, share, config.anneal),
            between(phase.start.momentum, phase.end.momentum, share, config.anneal)};
  }
  return all.back().end;
}

}  // namespace topfive::optim
