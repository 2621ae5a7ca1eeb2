// Keeps gradients from growing too large: by value, by the norm of all together, and by each unit's own weights.
#pragma once

#include <torch/types.h>

#include "topfive/base/config_fields.h"
#include "topfive/optim/parameter_groups.h"

namespace topfive::optim {

// 0 turns a way off. Where several are on, they act in the order adaptive, value, norm.
struct ClipConfig {
  double norm = 0.0;      // torch.nn.utils.clip_grad_norm_ with the Euclidean norm
  double value = 0.0;     // torch.nn.utils.clip_grad_value_
  double adaptive = 0.0;  // clipping factor of AGC (Brock et al. 2021, arXiv 2102.06171, section 4.1)
  double adaptive_epsilon = 1e-3;
  bool enabled() const { return norm > 0.0 || value > 0.0 || adaptive > 0.0; }
  static const base::Fields<ClipConfig>& fields();
};

// The Euclidean norm of all gradients together, a float scalar on their device; 0 on the CPU where there are none. It
// is not finite if a gradient is not. Does not wait for the device.
torch::Tensor gradient_norm(const ParameterGroups& groups);

// Clips the gradients in place and returns their norm before. Comes after the gradients have been averaged between
// ranks, accumulated and unscaled. Does not wait for the device: a norm that is not finite makes the gradients so.
//
// Adaptive clipping shrinks the gradient of each unit (the first dimension; a whole tensor of one dimension) to at most
// `adaptive` times the norm of its weights, taken as at least adaptive_epsilon. The classifier's last layer is left
// alone.
torch::Tensor clip_gradients(const ParameterGroups& groups, const ClipConfig& config);

}  // namespace topfive::optim
