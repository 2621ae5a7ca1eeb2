#include "topfive/engine/evaluator.h"

#include <algorithm>

#include <torch/torch.h>

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

torch::Tensor forward(models::ImageClassifier& model, const torch::Tensor& images, const EvalOptions& options) {
  const AutocastScope autocast(options.precision, images.device());
  const auto logits = model.forward(images).logits;
  if (options.protocol == EvalProtocol::kCenter) return logits;
  const auto mirrored = images.flip({3}).contiguous(images.suggest_memory_format());
  return (logits.to(torch::kFloat32) + model.forward(mirrored).logits.to(torch::kFloat32)) / 2;
}

data::EpochPlan plan_of(const EvalOptions& options) {
  data::EpochPlan plan;
  plan.rank = options.world.rank;
  plan.world_size = options.world.size;
  plan.whole_batches = options.whole_batches;
  return plan;
}

// Hands what the work throws to `on_error`, where there is one.
bool succeeds(const std::function<void()>& work, const std::function<void(std::exception_ptr)>& on_error) {
  if (!on_error) {
    work();
    return true;
  }
  try {
    work();
    return true;
  } catch (...) {
    on_error(std::current_exception());
    return false;
  }
}

}  // namespace

std::optional<metrics::TopKCounts> evaluate(models::ImageClassifier& model, data::BatchLoader& loader,
                                            const DeviceBatchMaker& batches, const EvalOptions& options) {
  const torch::InferenceMode no_gradients;
  const EvaluationMode evaluation_mode(model);
  metrics::TopKCounts counts;
  const auto next_batch = [&] {
    auto lease = loader.next();
    if (!lease) return;
    const DeviceBatch batch = batches.make(*lease);
    batches.finish_copies();
    const auto logits = forward(model, batch.images, options);
    counts += count_present(logits, batch.labels, *lease);
    if (options.observer) options.observer(*lease, logits);
  };
  loader.start(plan_of(options));
  bool failed = false;
  // Rank 0 has the most batches; the others ask as often as it does.
  const std::int64_t rounds = loader.batches_per_epoch(false, options.world.size, 0);
  for (std::int64_t round = 0; round < rounds; ++round) {
    if (options.stop ? options.stop() : base::stop_requested()) return std::nullopt;
    if (!failed) failed = !succeeds(next_batch, options.on_error);
  }
  if (failed) return std::nullopt;
  return counts;
}

metrics::TopKCounts sum_counts(const metrics::TopKCounts& own, RankTeam& team) {
  auto numbers = torch::tensor({own.top1_correct, own.top5_correct, own.total}, torch::kInt64);
  team.sum(numbers, "adding up the evaluation");
  const auto* sums = numbers.const_data_ptr<std::int64_t>();
  return {sums[0], sums[1], sums[2]};
}

std::string format_protocol(EvalProtocol protocol) {
  return protocol == EvalProtocol::kCenter ? "" : ", by the mean of each picture and its mirror image";
}

std::string format_error(const std::string& name, std::int64_t correct, std::int64_t total) {
  const std::int64_t wrong = total - correct;
  const double percent = total > 0 ? 100.0 * static_cast<double>(wrong) / static_cast<double>(total) : 0.0;
  return name + " error " + base::decimals(percent, 2) + " % (" + base::with_thousands(wrong) + " of " +
         base::with_thousands(total) + " wrong)";
}

}  // namespace topfive::engine
