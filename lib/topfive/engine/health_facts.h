// What the health monitor has to know of a recipe.
#pragma once

#include "topfive/engine/health.h"
#include "topfive/engine/run_config.h"
#include "topfive/engine/run_length.h"

namespace topfive::engine {

HealthFacts health_facts(const RunConfig& config, const RunLength& length);

// The rate after the warm-up and the batch, for check_rate().
RateAndBatch rate_and_batch(const RunConfig& config);

}  // namespace topfive::engine
