// The number that training makes small.
#pragma once

#include <vector>

#include <torch/types.h>

#include "topfive/loss/loss_config.h"
#include "topfive/loss/targets.h"

namespace topfive::loss {

// logits and each auxiliary output: [N, C]. The loss of the logits plus auxiliary_weight times that of every auxiliary
// output, computed in float32 or wider whatever the inputs are. A scalar tensor with its graph.
//
// A label's target is 1 - label_smoothing, plus label_smoothing / C for every class; a mixed picture's target is the
// weighted mean of its two labels' targets.
//   cross_entropy: as torch.nn.functional.cross_entropy with these targets; the mean over the batch.
//   binary_cross_entropy: as timm's BinaryCrossEntropy with these targets; the mean over batch and classes, or with
//   sum_classes the sum over classes and the mean over the batch.
torch::Tensor classification_loss(const torch::Tensor& logits, const std::vector<torch::Tensor>& auxiliary_logits,
                                  const Targets& targets, const LossConfig& config);

// The same for a batch that was not mixed. labels: [N] int64.
torch::Tensor classification_loss(const torch::Tensor& logits, const std::vector<torch::Tensor>& auxiliary_logits,
                                  const torch::Tensor& labels, const LossConfig& config);

// The loss of a network that tells no classes apart and gives each of them its share of all pictures: where training
// starts, and where it stays if nothing is learned. auxiliary_outputs: how many the network has in training.
double guessing_loss(const LossConfig& config, int num_classes, int auxiliary_outputs);

}  // namespace topfive::loss
