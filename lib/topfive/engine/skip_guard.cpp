#include "topfive/engine/skip_guard.h"

#include <cmath>

#include <torch/torch.h>

namespace topfive::engine {
namespace {

// The largest magnitudes of all tensors added up: finite if and only if every number is.
bool all_finite(const std::vector<torch::Tensor>& tensors) {
  const torch::NoGradGuard no_gradients;
  if (tensors.empty()) return true;
  std::vector<torch::Tensor> largest = at::_foreach_norm(tensors, INFINITY);
  // Networks may lie on several devices.
  for (torch::Tensor& value : largest) value = value.to(largest.front().options());
  return std::isfinite(torch::stack(largest).to(torch::kDouble).sum().item<double>());
}

}  // namespace

SkipGuard::SkipGuard(const torch::nn::Module& module) : parameters_(module.parameters()), buffers_(module.buffers()) {
  for (const torch::Tensor& buffer : buffers_) copies_.push_back(torch::empty_like(buffer));
}

void SkipGuard::begin() {
  const torch::NoGradGuard no_gradients;
  for (std::size_t i = 0; i < buffers_.size(); ++i) copies_[i].copy_(buffers_[i]);
}

bool SkipGuard::check() {
  std::vector<torch::Tensor> gradients;
  for (const torch::Tensor& parameter : parameters_) {
    if (parameter.grad().defined()) gradients.push_back(parameter.grad());
  }
  if (all_finite(gradients)) return true;
  const torch::NoGradGuard no_gradients;
  for (std::size_t i = 0; i < buffers_.size(); ++i) buffers_[i].copy_(copies_[i]);
  return false;
}

bool is_finite(const torch::nn::Module& module) {
  std::vector<torch::Tensor> tensors;
  for (const torch::Tensor& parameter : module.parameters()) tensors.push_back(parameter.detach());
  for (const torch::Tensor& buffer : module.buffers()) {
    if (buffer.is_floating_point()) tensors.push_back(buffer);
  }
  return all_finite(tensors);
}

}  // namespace topfive::engine
