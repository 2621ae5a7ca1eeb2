// Stochastic depth: Huang et al., "Deep networks with stochastic depth", ECCV 2016.
#pragma once

#include <torch/types.h>

namespace topfive::models {

// The residual branch of each picture is dropped with probability `rate`, and divided by 1 - rate where it stays, so
// that nothing changes in evaluation. branch: [N, ...]; rate in [0, 1). Draws from LibTorch's generator of the
// branch's device. torchvision's StochasticDepth in mode "row", timm's DropPath.
torch::Tensor stochastic_depth(const torch::Tensor& branch, double rate, bool training);

}  // namespace topfive::models
