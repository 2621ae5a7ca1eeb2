// The number that training makes small.
#pragma once

#include <vector>

#include <torch/types.h>

#include "topfive/loss/loss_config.h"

namespace topfive::loss {

// Mean over the batch of the cross-entropy with smoothed labels (as in torch.nn.functional.cross_entropy), plus
// auxiliary_weight times the same for every auxiliary output. logits and each auxiliary output: [N, C]; labels: [N]
// int64. Computed in float32 or wider whatever the inputs are. Result: a scalar tensor with its graph.
torch::Tensor classification_loss(const torch::Tensor& logits, const std::vector<torch::Tensor>& auxiliary_logits,
                                  const torch::Tensor& labels, const LossConfig& config);

}  // namespace topfive::loss
