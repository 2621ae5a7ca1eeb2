// The evaluations of a training run: of the weights, and of their average where one is kept.
#pragma once

#include <memory>
#include <optional>

#include <torch/types.h>

#include "topfive/engine/assembly.h"
#include "topfive/engine/device_batch.h"
#include "topfive/engine/rank_team.h"
#include "topfive/engine/run_config.h"
#include "topfive/metrics/top_k.h"
#include "topfive/models/image_classifier.h"
#include "topfive/optim/ema.h"

namespace topfive::engine {

// What is evaluated, and with what. Borrowed.
struct EvaluatorParts {
  const RunConfig& config;
  torch::Device device;
  models::ImageClassifier& model;
  const SplitInput& train_input;
  const SplitInput& eval_input;
  RankTeam& team;
  optim::Ema* ema = nullptr;  // null: no average is kept
};

struct EvaluationCounts {
  metrics::TopKCounts counts;                     // of the average, where one is kept, else of the weights
  std::optional<metrics::TopKCounts> raw_counts;  // of the weights, where `counts` are the average's
};

// One thread.
class RunEvaluator {
 public:
  explicit RunEvaluator(const EvaluatorParts& parts);

  // Every validation picture once, on one of the ranks, in the run's precision; the counts are those of all ranks. At
  // the end of training (`last`) the running statistics of batch normalisation are computed anew first, from
  // train.precise_batch_norm_batches batches of `epoch`. nullopt if a stop was requested. Throws what the loader throws
  // on a bad picture.
  std::optional<EvaluationCounts> run(std::int64_t epoch, bool last);

 private:
  std::optional<metrics::TopKCounts> run_once(std::int64_t epoch, bool last);
  void measure_statistics(std::int64_t epoch);

  EvaluatorParts parts_;
  std::unique_ptr<data::BatchLoader> loader_;
  DeviceBatchMaker batches_;
};

}  // namespace topfive::engine
