// One optimizer step: forward and backward over the parts of a batch, then the update.
#pragma once

#include <cstdint>
#include <memory>

#include <torch/types.h>

#include "topfive/engine/cuda_graph.h"
#include "topfive/engine/device_batch.h"
#include "topfive/engine/step_clock.h"
#include "topfive/engine/train_config.h"
#include "topfive/loss/loss_config.h"
#include "topfive/loss/mix.h"
#include "topfive/models/image_classifier.h"
#include "topfive/optim/optimizer.h"

namespace topfive::engine {

// Sums over the pictures of a step, still on the device: reading them would wait for it.
struct StepSums {
  torch::Tensor loss;          // float64 scalar
  torch::Tensor top1_correct;  // int64 scalar
  std::int64_t images = 0;
};

struct TrainStepOptions {
  loss::LossConfig loss;
  Precision precision = Precision::kFloat32;
  int accumulation_steps = 1;
  bool cuda_graphs = false;  // with one part a step only
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

 private:
  PassSums pass(const PassInput& input);

  models::ImageClassifier& model_;
  optim::Optimizer& optimizer_;
  TrainStepOptions options_;
  StepClock& clock_;
  StepSums sums_;
  std::unique_ptr<GraphedPass> graph_;  // null: every pass runs as it is
};

}  // namespace topfive::engine
