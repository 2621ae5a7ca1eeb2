#include "topfive/models/stochastic_depth.h"

#include <vector>

#include <torch/torch.h>

namespace topfive::models {

torch::Tensor stochastic_depth(const torch::Tensor& branch, double rate, bool training) {
  if (!training || rate == 0.0) return branch;
  std::vector<std::int64_t> shape(static_cast<std::size_t>(branch.dim()), 1);
  shape[0] = branch.size(0);
  const double kept = 1.0 - rate;
  const auto keep = torch::empty(shape, branch.options().requires_grad(false)).bernoulli_(kept).div_(kept);
  return branch * keep;
}

}  // namespace topfive::models
