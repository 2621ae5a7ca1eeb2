#include "topfive/engine/run_evaluator.h"

#include "topfive/base/stop_signal.h"
#include "topfive/engine/autocast.h"
#include "topfive/engine/evaluator.h"
#include "topfive/models/precise_batch_norm.h"

namespace topfive::engine {

RunEvaluator::RunEvaluator(const EvaluatorParts& parts)
    : parts_(parts),
      loader_(make_loader(parts.config, parts.eval_input, data::Split::kEval, parts.device, parts.team.world())),
      batches_(make_batch_maker(parts.config, parts.device)) {}

std::optional<EvaluationCounts> RunEvaluator::run(std::int64_t epoch, bool last) {
  const auto of_weights = run_once(epoch, last);
  if (!of_weights) return std::nullopt;
  if (parts_.ema == nullptr) return EvaluationCounts{*of_weights, std::nullopt};
  const optim::Ema::Swap swap(*parts_.ema);
  const auto of_average = run_once(epoch, last);
  if (!of_average) return std::nullopt;
  return EvaluationCounts{*of_average, of_weights};
}

std::optional<metrics::TopKCounts> RunEvaluator::run_once(std::int64_t epoch, bool last) {
  if (last && parts_.config.train.precise_batch_norm_batches > 0) measure_statistics(epoch);
  RankTeam& team = parts_.team;
  team.share_buffers(parts_.model);
  EvalOptions options;
  options.precision = parts_.config.train.precision;
  options.protocol = parts_.config.train.eval_protocol;
  options.world = team.world();
  options.stop = [&] { return team.agree({.stop = base::stop_requested()}).stop; };
  auto counts = evaluate(parts_.model, *loader_, batches_, options);
  if (counts) counts = sum_counts(*counts, team);
  return counts;
}

void RunEvaluator::measure_statistics(std::int64_t epoch) {
  models::PreciseBatchNorm pass(parts_.model);
  if (!pass.has_work()) return;
  const auto loader = make_loader(parts_.config, parts_.train_input, data::Split::kTrain, parts_.device);
  loader->start(training_plan(epoch));
  for (std::int64_t i = 0; i < parts_.config.train.precise_batch_norm_batches; ++i) {
    auto lease = loader->next();
    if (!lease) break;
    const DeviceBatch batch = batches_.make(*lease);
    batches_.finish_copies();
    const AutocastScope autocast(parts_.config.train.precision, parts_.device);
    pass.add(batch.images);
  }
  pass.finish();
}

}  // namespace topfive::engine
