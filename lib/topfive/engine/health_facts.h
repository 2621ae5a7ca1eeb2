// What the health monitor has to know of a recipe.
#pragma once

#include <filesystem>
#include <optional>

#include "topfive/engine/health.h"
#include "topfive/engine/run_config.h"
#include "topfive/engine/run_length.h"

namespace topfive::engine {

HealthFacts health_facts(const RunConfig& config, const RunLength& length);

// The rate after the warm-up and the batch, for check_rate().
RateAndBatch rate_and_batch(const RunConfig& config);

// check_rate() of a run against the file that its config came from, before overrides; nothing where the file is no
// whole recipe without them.
std::optional<HealthWarning> check_overrides(const std::filesystem::path& file, const RunConfig& run);

}  // namespace topfive::engine
