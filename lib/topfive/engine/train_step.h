// One optimizer step: forward and backward over the parts of a batch, then the update.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include <torch/types.h>

#include "topfive/engine/cuda_graph.h"
#include "topfive/engine/device_batch.h"
#include "topfive/engine/rank_team.h"
#include "topfive/engine/skip_guard.h"
#include "topfive/engine/step_clock.h"
#include "topfive/engine/train_config.h"
#include "topfive/loss/loss_config.h"
#include "topfive/loss/mix.h"
#include "topfive/models/image_classifier.h"
#include "topfive/optim/grad_scaler.h"
#include "topfive/optim/gradient_clip.h"
#include "topfive/optim/optimizer.h"

namespace topfive::engine {

// Sums over the pictures of a step, still on the device: reading them would wait for it.
struct StepSums {
  torch::Tensor loss;          // float64 scalar
  torch::Tensor top1_correct;  // int64 scalar
  std::int64_t images = 0;
  torch::Tensor gradient_norm;  // before clipping, float32 scalar; undefined where nothing is clipped
  bool skipped = false;         // the gradient was not finite, and the weights are as before
  bool scale_fell = false;      // skipped for a loss scale that was too large, which belongs to fp16
};

struct TrainStepOptions {
  loss::LossConfig loss;
  Precision precision = Precision::kFloat32;
  int accumulation_steps = 1;
  bool cuda_graphs = false;      // with one part a step only
  bool skip_non_finite = false;  // waits for the device in every step
  optim::ClipConfig clip;
  optim::GradScalerConfig grad_scaler;  // of kFloat16
  RankTeam* team = nullptr;             // borrowed; gradients are averaged over its ranks. Null: one process
};

// Borrows network and optimizer. One thread.
class TrainStep {
 public:
  TrainStep(models::ImageClassifier& model, optim::Optimizer& optimizer, const TrainStepOptions& options,
            StepClock& clock);

  // Forward and backward over one of the accumulation_steps parts, which are equally large. Gradients add up to those
  // of the mean loss over the whole batch.
  void add(const DeviceBatch& part, const loss::MixPlan& mix = {});
  // Changes the weights after the last part, and begins the next step.
  StepSums update(double learning_rate);

  // The loss scale of fp16; null in the other precisions.
  optim::GradScaler* grad_scaler() { return scaler_.get(); }
  const optim::GradScaler* grad_scaler() const { return scaler_.get(); }

 private:
  void judge_gradients();
  PassSums pass(const PassInput& input);

  models::ImageClassifier& model_;
  optim::Optimizer& optimizer_;
  TrainStepOptions options_;
  StepClock& clock_;
  StepSums sums_;
  int parts_done_ = 0;  // of the present step
  std::unique_ptr<optim::GradScaler> scaler_;
  std::optional<SkipGuard> skip_guard_;  // none: whatever the gradient, it is applied
  std::unique_ptr<GraphedPass> graph_;   // null: every pass runs as it is
};

}  // namespace topfive::engine
