// Batch normalisation (Ioffe, Szegedy 2015) of maps, together with the rectifier and the shortcut that follow it.
//
// Formulas, parameter names and running statistics are those of torch.nn.BatchNorm2d. On the CPU, for narrow bfloat16
// maps in channels-last memory, own loops do the whole in eight passes over memory instead of LibTorch's fourteen; sums
// are formed in a fixed order, so the result does not depend on the number of threads. Everywhere else LibTorch's
// operators run one after the other, which was measured to be faster there.
#pragma once

#include <cstdint>
#include <memory>

#include <torch/nn/cloneable.h>
#include <torch/nn/pimpl.h>
#include <torch/types.h>

#include "topfive/models/sync_batch_norm.h"

namespace topfive::models {

struct FusedNormInputs;

struct BatchNormPlan {
  std::int64_t channels = 64;
  double epsilon = 1e-5;
  bool relu = false;  // forward() ends with the rectifier
};

// Names: weight, bias [channels]; buffers running_mean, running_var [channels], num_batches_tracked.
// In training mode maps are normalised by their own mean and variance, and the running ones move towards them:
// running = (1 - momentum) running + momentum own, with the unbiased variance.
class BatchNormImpl : public torch::nn::Cloneable<BatchNormImpl> {
 public:
  explicit BatchNormImpl(const BatchNormPlan& plan);
  explicit BatchNormImpl(std::int64_t channels);
  void reset() override;

  torch::Tensor forward(const torch::Tensor& maps);  // [N, channels, H, W], the same
  // relu(norm(maps) + shortcut), whatever the plan's relu is. shortcut: [N, channels, H, W].
  torch::Tensor forward_with_shortcut(const torch::Tensor& maps, const torch::Tensor& shortcut);

  const BatchNormPlan& plan() const { return plan_; }
  // In training mode, normalise over the maps of all ranks; null: over the own ones. See synchronise_batch_norm().
  void set_exchange(std::shared_ptr<const StatisticsExchange> exchange) { exchange_ = std::move(exchange); }

  torch::Tensor weight;
  torch::Tensor bias;
  torch::Tensor running_mean;
  torch::Tensor running_var;
  torch::Tensor num_batches_tracked;
  double momentum = 0.1;

 private:
  torch::Tensor run(const FusedNormInputs& inputs);

  BatchNormPlan plan_;
  std::shared_ptr<const StatisticsExchange> exchange_;
};
TORCH_MODULE(BatchNorm);

// While one lives, forward passes of this thread in training mode leave all running statistics as they are: a pass that
// is computed a second time must not count twice.
class RunningStatisticsHold {
 public:
  RunningStatisticsHold();
  ~RunningStatisticsHold();
  RunningStatisticsHold(const RunningStatisticsHold&) = delete;
  RunningStatisticsHold& operator=(const RunningStatisticsHold&) = delete;
  static bool active();

 private:
  bool before_;
};

}  // namespace topfive::models
