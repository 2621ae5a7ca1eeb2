#include "topfive/engine/health_facts.h"

#include <cmath>
#include <variant>

#include "topfive/base/error.h"
#include "topfive/loss/classification_loss.h"

namespace topfive::engine {

HealthFacts health_facts(const RunConfig& config, const RunLength& length) {
  HealthFacts facts;
  facts.num_classes = models::num_classes(config.model);
  facts.guessing_loss = loss::guessing_loss(config.loss, facts.num_classes, models::auxiliary_outputs(config.model));
  facts.steps_per_epoch = length.steps_per_epoch;
  facts.warmup_steps = optim::warmup_length(config.schedule, length.steps_per_epoch);
  return facts;
}

RateAndBatch rate_and_batch(const RunConfig& config) {
  return {optim::peak_learning_rate(config.schedule, config.train.global_batch_size), config.train.global_batch_size};
}

std::optional<HealthWarning> check_overrides(const std::filesystem::path& file, const RunConfig& run) {
  try {
    return check_rate(rate_and_batch(load_run_config(file, {})), rate_and_batch(run));
  } catch (const base::UserError&) {
    return std::nullopt;
  }
}

}  // namespace topfive::engine
