// Batch normalisation, sum with a shortcut and rectifier as one differentiable operation on the CPU.
#pragma once

#include <torch/types.h>

#include "topfive/models/batch_norm_kernel.h"

namespace topfive::models {

struct FusedNormInputs {
  torch::Tensor maps;      // [N, C, H, W] float32 or bfloat16, CPU, channels-last in memory
  torch::Tensor shortcut;  // the same; undefined unless the tail is kShortcutRelu
  torch::Tensor weight;    // [C] float32, as all that follow
  torch::Tensor bias;
  torch::Tensor running_mean;
  torch::Tensor running_var;
  NormTail tail = NormTail::kNone;
  double epsilon = 1e-5;
  double momentum = 0.1;  // of the running statistics; 0 leaves them untouched
};

// Device, type, width and memory format fit, so that it is the faster way, and there are at least two values a channel.
bool fused_norm_fits(const torch::Tensor& maps, const torch::Tensor& weight);

// By the statistics of the maps, with gradients for maps, shortcut, weight and bias; moves the running statistics.
torch::Tensor fused_norm_training(const FusedNormInputs& inputs);
// By the running statistics, without gradients.
torch::Tensor fused_norm_evaluation(const FusedNormInputs& inputs);

}  // namespace topfive::models
