#include "topfive/engine/host_copy.h"

#include <optional>
#include <utility>

#include <torch/cuda.h>
#include <torch/utils.h>

namespace topfive::engine {
namespace {

using Named = std::pair<std::string, torch::Tensor>;

bool fits(const Named& copy, const Named& source) {
  return copy.first == source.first && copy.second.sizes() == source.second.sizes() &&
         copy.second.scalar_type() == source.second.scalar_type();
}

torch::Tensor host_memory_for(const torch::Tensor& source) {
  return torch::empty(
      source.sizes(),
      torch::TensorOptions().dtype(source.scalar_type()).device(torch::kCPU).pinned_memory(source.is_cuda()));
}

}  // namespace

void HostCopy::take(const weights::NamedTensors& tensors) {
  const torch::NoGradGuard no_grad;
  copies_.resize(tensors.size());
  std::optional<torch::Device> gpu;
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    if (!copies_[i].second.defined() || !fits(copies_[i], tensors[i])) {
      copies_[i] = {tensors[i].first, host_memory_for(tensors[i].second)};
    }
    copies_[i].second.copy_(tensors[i].second.detach(), /*non_blocking=*/true);
    if (tensors[i].second.is_cuda()) gpu = tensors[i].second.device();
  }
  if (gpu) torch::cuda::synchronize(gpu->index());
}

}  // namespace topfive::engine
