#include "topfive/optim/lamb.h"

#include <cmath>

#include <torch/torch.h>

#include "topfive/optim/gradient_clip.h"

namespace topfive::optim {

Lamb::Lamb(const LambConfig& config, const torch::nn::Module& module)
    : GroupedOptimizer(config, module), config_(config) {
  add_slot("exp_avg");
  add_slot("exp_avg_sq");
  count_steps();
}

void Lamb::prepare() {
  if (config_.max_gradient_norm > 0.0) {
    shrink_ = (gradient_norm(groups()) / config_.max_gradient_norm).clamp_min_(1.0);
  }
}

void Lamb::update(const ParameterGroup& group, const Lists& lists, double learning_rate) {
  update_moments(lists);
  Tensors updates = directions(lists);
  if (group.weight_decay != 0.0) {
    if (config_.decoupled_decay) {
      at::_foreach_mul_(lists.parameters, 1.0 - learning_rate * group.weight_decay);
    } else {
      at::_foreach_add_(updates, lists.parameters, group.weight_decay);
    }
  }
  if (group.weight_decay != 0.0 || config_.always_adapt) {
    at::_foreach_mul_(updates, trust_ratios(lists.parameters, updates));
  }
  at::_foreach_add_(lists.parameters, updates, -learning_rate);
}

void Lamb::update_moments(const Lists& lists) const {
  const Tensors gradients = shrink_.defined() ? at::_foreach_div(lists.gradients, shrink_) : lists.gradients;
  at::_foreach_lerp_(lists.slots[0], gradients, 1.0 - config_.beta1);
  at::_foreach_mul_(lists.slots[1], config_.beta2);
  at::_foreach_addcmul_(lists.slots[1], gradients, gradients, 1.0 - config_.beta2);
}

GroupedOptimizer::Tensors Lamb::directions(const Lists& lists) const {
  const auto step = static_cast<double>(step_number());
  const double correction1 = config_.bias_correction ? 1.0 - std::pow(config_.beta1, step) : 1.0;
  const double correction2 = config_.bias_correction ? 1.0 - std::pow(config_.beta2, step) : 1.0;
  Tensors divisors = at::_foreach_sqrt(lists.slots[1]);
  at::_foreach_div_(divisors, std::sqrt(correction2) / correction1);
  at::_foreach_add_(divisors, config_.epsilon * correction1);
  return at::_foreach_div(lists.slots[0], divisors);
}

GroupedOptimizer::Tensors Lamb::trust_ratios(const Tensors& parameters, const Tensors& directions) const {
  const auto weights = torch::stack(at::_foreach_norm(parameters));
  const auto updates = torch::stack(at::_foreach_norm(directions));
  const auto both = weights.gt(0.0).logical_and(updates.gt(0.0));
  auto ratios = torch::where(both, weights / updates, torch::ones_like(weights));
  if (config_.trust_clip) ratios.clamp_max_(1.0);
  return ratios.unbind();
}

}  // namespace topfive::optim
