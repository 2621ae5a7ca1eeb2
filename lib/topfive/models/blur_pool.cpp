#include "topfive/models/blur_pool.h"

#include <torch/torch.h>

namespace topfive::models {

torch::Tensor blur_pool(const torch::Tensor& maps) {
  const std::int64_t channels = maps.size(1);
  const auto row = torch::tensor({1.0, 2.0, 1.0}, maps.options().requires_grad(false)) / 4.0;
  const auto filter = torch::outer(row, row).expand({channels, 1, 3, 3});
  const auto padded = at::reflection_pad2d(maps, {1, 1, 1, 1});
  namespace functional = torch::nn::functional;
  return functional::conv2d(padded, filter, functional::Conv2dFuncOptions().stride(2).groups(channels));
}

}  // namespace topfive::models
