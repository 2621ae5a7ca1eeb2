// What to do when a loss or a gradient is not finite.
#pragma once

#include <cstdint>
#include <string>

#include "topfive/engine/health_config.h"

namespace topfive::engine {

// How often it happened in the whole run; part of the training state.
struct NonFiniteCounts {
  std::int64_t skipped_steps = 0;
  std::int64_t rollbacks = 0;
};

enum class NonFiniteAction { kSkip, kRollback, kStop };

// The config's wish, or kStop once its cap is reached.
NonFiniteAction choose_action(const HealthConfig& config, const NonFiniteCounts& counts);

// Why the run ends, and what to do. step: the first one, counted from 1, that was not finite.
std::string explain_stop(const HealthConfig& config, const NonFiniteCounts& counts, std::int64_t step);

}  // namespace topfive::engine
