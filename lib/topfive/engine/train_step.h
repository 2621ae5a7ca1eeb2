// One optimizer step.
#pragma once

#include <cstdint>

#include <torch/types.h>

#include "topfive/engine/device_batch.h"
#include "topfive/loss/loss_config.h"
#include "topfive/models/image_classifier.h"
#include "topfive/optim/optimizer.h"

namespace topfive::engine {

// Sums over the pictures of a step, still on the device: reading them would wait for it.
struct StepSums {
  torch::Tensor loss;          // float64 scalar
  torch::Tensor top1_correct;  // int64 scalar
};

StepSums train_step(models::ImageClassifier& model, optim::Optimizer& optimizer, const loss::LossConfig& loss_config,
                    const DeviceBatch& batch, double learning_rate);

}  // namespace topfive::engine
