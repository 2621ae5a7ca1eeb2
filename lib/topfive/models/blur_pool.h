// Anti-aliased downsampling: Zhang, "Making convolutional networks shift-invariant again", ICML 2019.
#pragma once

#include <torch/types.h>

namespace topfive::models {

// Each channel filtered by the binomial [1 2 1] x [1 2 1] / 16 with reflected borders, then every second pixel:
// [N, C, H, W] -> [N, C, ceil(H / 2), ceil(W / 2)]. H and W at least 2. timm's BlurPool2d gives the same.
torch::Tensor blur_pool(const torch::Tensor& maps);

}  // namespace topfive::models
