// Counts top-1 and top-5 errors over a data set, every picture exactly once.
#pragma once

#include <exception>
#include <functional>
#include <optional>

#include <torch/types.h>

#include "topfive/data/batch_loader.h"
#include "topfive/dist/world.h"
#include "topfive/engine/device_batch.h"
#include "topfive/engine/rank_team.h"
#include "topfive/engine/train_config.h"
#include "topfive/metrics/top_k.h"
#include "topfive/models/image_classifier.h"

namespace topfive::engine {

// Called after each batch with its logits on the device, for predictions files and progress.
using EvalObserver = std::function<void(const data::Batch& batch, const torch::Tensor& logits)>;

struct EvalOptions {
  EvalObserver observer = nullptr;
  Precision precision = Precision::kFloat32;
  EvalProtocol protocol = EvalProtocol::kCenter;
  dist::World world = {};                // the pictures of this rank only
  bool whole_batches = false;            // see data::EpochPlan
  std::function<bool()> stop = nullptr;  // asked before each batch, as often on every rank; empty: base::stop_requested
  // Takes what went wrong with a batch where ranks must stay together: this one asks on as often as the others, without
  // pictures, and ends with nullopt. Empty: it is thrown.
  std::function<void(std::exception_ptr)> on_error = nullptr;
};

// Runs the model in evaluation mode without gradients and puts it back into the mode it was in. nullopt if a stop was
// requested before the end: a partial count is never returned. Throws what the loader throws on a bad picture.
std::optional<metrics::TopKCounts> evaluate(models::ImageClassifier& model, data::BatchLoader& loader,
                                            const DeviceBatchMaker& batches, const EvalOptions& options = {});

// The counts of all ranks together; a collective.
metrics::TopKCounts sum_counts(const metrics::TopKCounts& own, RankTeam& team);

// ", by the mean of each picture and its mirror image" where the counts are not of one view each; else empty.
std::string format_protocol(EvalProtocol protocol);

// "top-1 error 8.12 % (812 of 10,000 wrong)"
std::string format_error(const std::string& name, std::int64_t correct, std::int64_t total);

}  // namespace topfive::engine
