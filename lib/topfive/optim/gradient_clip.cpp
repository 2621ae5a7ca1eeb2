#include "topfive/optim/gradient_clip.h"

#include <numeric>
#include <vector>

#include <torch/torch.h>

namespace topfive::optim {
namespace {

constexpr double kSmallestNorm = 1e-6;  // keeps a division from overflowing; PyTorch's and timm's value

torch::Tensor norm_of(const std::vector<torch::Tensor>& tensors) {
  if (tensors.empty()) return torch::zeros({});
  return torch::stack(at::_foreach_norm(tensors)).norm();
}

// [O, ...] -> [O, 1, ...]; a tensor of one dimension is one unit.
torch::Tensor unit_norms(const torch::Tensor& tensor) {
  if (tensor.dim() <= 1) return tensor.norm();
  std::vector<std::int64_t> dimensions(static_cast<std::size_t>(tensor.dim()) - 1);
  std::iota(dimensions.begin(), dimensions.end(), 1);
  return tensor.norm(2, dimensions, /*keepdim=*/true);
}

void clip_units(const torch::Tensor& parameter, const ClipConfig& config) {
  const torch::Tensor& gradient = parameter.grad();
  const auto largest = unit_norms(parameter.detach()).clamp_min_(config.adaptive_epsilon).mul_(config.adaptive);
  const auto norms = unit_norms(gradient);
  const auto factors =
      torch::where(norms.lt(largest), torch::ones_like(norms), largest / norms.clamp_min(kSmallestNorm));
  gradient.mul_(factors);
}

void clip_adaptively(const ParameterGroups& groups, const ClipConfig& config) {
  for (const ParameterGroup& group : groups) {
    for (std::size_t i = 0; i < group.tensors.size(); ++i) {
      if (group.tensors[i].grad().defined() && !group.in_classifier[i]) clip_units(group.tensors[i], config);
    }
  }
}

}  // namespace

const base::Fields<ClipConfig>& ClipConfig::fields() {
  static const auto kFields =
      base::Fields<ClipConfig>("Limits on the gradients; 0 is no limit.")
          .number("norm", &ClipConfig::norm,
                  {.help = "Gradients of a larger norm, all tensors together, are shrunk to it",
                   .min = 0,
                   .max = 1e9,
                   .paper = "1 (ViT, arXiv 2010.11929)"})
          .number("value", &ClipConfig::value, {.help = "Each number is limited to this size", .min = 0, .max = 1e9})
          .number("adaptive", &ClipConfig::adaptive,
                  {.help = "A unit's gradient is limited to this share of the norm of its weights",
                   .min = 0,
                   .max = 100,
                   .paper = "0.01 (NFNet, arXiv 2102.06171)"})
          .number(
              "adaptive_epsilon", &ClipConfig::adaptive_epsilon,
              {.help = "Norms of weights count as at least this", .min = 1e-12, .max = 1000, .paper = "0.001 (NFNet)"});
  return kFields;
}

torch::Tensor gradient_norm(const ParameterGroups& groups) {
  const torch::NoGradGuard no_grad;
  return norm_of(gradients_of(groups));
}

torch::Tensor clip_gradients(const ParameterGroups& groups, const ClipConfig& config) {
  const torch::NoGradGuard no_grad;
  const std::vector<torch::Tensor> gradients = gradients_of(groups);
  const torch::Tensor before = norm_of(gradients);
  if (gradients.empty()) return before;
  if (config.adaptive > 0.0) clip_adaptively(groups, config);
  if (config.value > 0.0) {
    at::_foreach_clamp_min_(gradients, -config.value);
    at::_foreach_clamp_max_(gradients, config.value);
  }
  if (config.norm > 0.0) {
    const bool changed = config.adaptive > 0.0 || config.value > 0.0;
    const torch::Tensor norm = changed ? norm_of(gradients) : before;
    // Multiplying by 1 costs less than asking the device whether that is needed.
    at::_foreach_mul_(gradients, (config.norm / (norm + kSmallestNorm)).clamp_max_(1.0));
  }
  return before;
}

}  // namespace topfive::optim
