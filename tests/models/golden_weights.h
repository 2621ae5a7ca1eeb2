// The weights and pictures of the golden outputs, made by the same arithmetic as the Python script that wrote them.
#pragma once

#include <cmath>

#include <torch/torch.h>

namespace topfive::models {

inline torch::Tensor hashed(std::int64_t count, std::int64_t key) {
  const auto index = torch::arange(count, torch::kInt64);
  auto mixed = torch::remainder(index * 2654435761 + (key * 40503 + 12345), 4294967296);
  mixed = torch::remainder(mixed * 69069 + torch::floor_divide(mixed, 65536), 4294967296);
  return (torch::floor_divide(mixed, 256).to(torch::kFloat64) / 16777216.0 - 0.5).to(torch::kFloat32);
}

inline void fill_with_golden_weights(torch::nn::Module& module) {
  const torch::NoGradGuard no_grad;
  std::int64_t key = 0;
  for (torch::Tensor& parameter : module.parameters()) {
    const bool is_weight = parameter.dim() > 1;
    const double scale = is_weight ? std::sqrt(24.0 / static_cast<double>(parameter[0].numel())) : 0.5;
    parameter.copy_(hashed(parameter.numel(), ++key).view_as(parameter) * scale);
  }
}

inline torch::Tensor golden_pictures(std::int64_t count, std::int64_t size) {
  return hashed(count * 3 * size * size, 1000).view({count, 3, size, size}) * 4.0;
}

}  // namespace topfive::models
