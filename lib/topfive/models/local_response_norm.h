// Local response normalisation across neighbouring channels.
//
//   y_i = x_i / (k + alpha / n * sum over the n channels around i of x^2) ^ beta
//
// This is torch.nn.LocalResponseNorm's convention, which divides alpha by n. Three published
// settings differ:
//   Krizhevsky et al. 2012, section 3.3, read literally: k 2, alpha 5e-4 here (1e-4 there, not
//   divided by n) the code of 2012:                                    k 2, alpha 1e-4 Caffe's
//   bvlc_alexnet:                                k 1, alpha 1e-4
#pragma once

#include <cstdint>

#include <torch/types.h>

namespace topfive::models {

struct LocalResponseNormOptions {
  std::int64_t size = 5;  // n, odd
  double alpha = 1e-4;
  double beta = 0.75;
  double k = 1.0;  // above 0
  // The channels are cut into this many equal parts that do not see each other: 2 for the columns
  // of 2012.
  std::int64_t groups = 1;
};

// input: [N, C, H, W], floating-point; C a multiple of groups. Result: the same shape and type.
// Differentiable once. On the CPU a fused kernel serves beta 0.75 and size 5 for all but doubles, and
// its result is channels-last.
torch::Tensor local_response_norm(const torch::Tensor& input, const LocalResponseNormOptions& options);

}  // namespace topfive::models
