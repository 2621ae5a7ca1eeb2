#include "topfive/engine/evaluator.h"

#include <algorithm>

#include <torch/types.h>
#include <torch/utils.h>

#include "topfive/base/stop_signal.h"
#include "topfive/base/text.h"
#include "topfive/engine/autocast.h"

namespace topfive::engine {
namespace {

// Leaves the network as it was found, also when the loader throws.
class EvaluationMode {
 public:
  explicit EvaluationMode(models::ImageClassifier& model) : model_(model), was_training_(model.is_training()) {
    model_.eval();
  }
  ~EvaluationMode() { model_.train(was_training_); }
  EvaluationMode(const EvaluationMode&) = delete;
  EvaluationMode& operator=(const EvaluationMode&) = delete;

 private:
  models::ImageClassifier& model_;
  bool was_training_;
};

// Pictures that were left out are not in the counts.
metrics::TopKCounts count_present(const torch::Tensor& logits, const torch::Tensor& labels, const data::Batch& batch) {
  if (std::find(batch.labels, batch.labels + batch.size, data::kLeftOut) == batch.labels + batch.size) {
    return metrics::count_top_k(logits, labels);
  }
  const auto present = labels.ne(data::kLeftOut);
  return metrics::count_top_k(logits.index({present}), labels.index({present}));
}

torch::Tensor forward(models::ImageClassifier& model, const torch::Tensor& images, Precision precision) {
  const AutocastScope autocast(precision, images.device());
  return model.forward(images).logits;
}

}  // namespace

std::optional<metrics::TopKCounts> evaluate(models::ImageClassifier& model, data::BatchLoader& loader,
                                            const DeviceBatchMaker& batches, const EvalOptions& options) {
  const torch::InferenceMode no_gradients;
  const EvaluationMode evaluation_mode(model);
  metrics::TopKCounts counts;
  data::EpochPlan plan;
  plan.rank = options.world.rank;
  plan.world_size = options.world.size;
  loader.start(plan);
  // Rank 0 has the most batches; the others ask as often as it does.
  const std::int64_t rounds = loader.batches_per_epoch(false, options.world.size, 0);
  for (std::int64_t round = 0; round < rounds; ++round) {
    if (options.stop ? options.stop() : base::stop_requested()) return std::nullopt;
    auto lease = loader.next();
    if (!lease) continue;
    const DeviceBatch batch = batches.make(*lease);
    batches.finish_copies();
    const auto logits = forward(model, batch.images, options.precision);
    counts += count_present(logits, batch.labels, *lease);
    if (options.observer) options.observer(*lease, logits);
  }
  return counts;
}

std::string format_error(const std::string& name, std::int64_t correct, std::int64_t total) {
  const std::int64_t wrong = total - correct;
  const double percent = total > 0 ? 100.0 * static_cast<double>(wrong) / static_cast<double>(total) : 0.0;
  return name + " error " + base::decimals(percent, 2) + " % (" + base::with_thousands(wrong) + " of " +
         base::with_thousands(total) + " wrong)";
}

}  // namespace topfive::engine
