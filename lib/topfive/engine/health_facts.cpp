#include "topfive/engine/health_facts.h"

#include <cmath>
#include <variant>

#include "topfive/loss/classification_loss.h"

namespace topfive::engine {

HealthFacts health_facts(const RunConfig& config, const RunLength& length) {
  HealthFacts facts;
  facts.num_classes = models::num_classes(config.model);
  facts.guessing_loss = loss::guessing_loss(config.loss, facts.num_classes, models::auxiliary_outputs(config.model));
  facts.steps_per_epoch = length.steps_per_epoch;
  const double warmup_epochs = std::visit([](const auto& chosen) { return chosen.warmup_epochs; }, config.schedule);
  facts.warmup_steps = std::llround(warmup_epochs * static_cast<double>(length.steps_per_epoch));
  return facts;
}

RateAndBatch rate_and_batch(const RunConfig& config) {
  const double rate = std::visit([](const auto& chosen) { return chosen.base_learning_rate; }, config.schedule);
  return {rate, config.train.global_batch_size};
}

}  // namespace topfive::engine
