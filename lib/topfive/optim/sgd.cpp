#include "topfive/optim/sgd.h"

#include <torch/torch.h>

#include "topfive/optim/momentum.h"

namespace topfive::optim {

Sgd::Sgd(const SgdConfig& config, const torch::nn::Module& module, Implementation implementation)
    : GroupedOptimizer(config, module),
      config_(config),
      has_velocity_(config.momentum > 0.0),
      fused_(takes_fused(implementation)) {
  if (has_velocity_) add_slot("velocity");
}

void Sgd::set_momentum(double momentum) {
  require_velocity(has_velocity_);
  config_.momentum = momentum;
}

void Sgd::update(const ParameterGroup& group, const Lists& lists, double learning_rate) {
  fused_ ? update_fused(group, lists, rates(learning_rate)) : update_foreach(group, lists, rates(learning_rate));
}

Sgd::Rates Sgd::rates(double learning_rate) const {
  // With the velocity's sign turned, both forms are one formula and differ in where the rate stands.
  return config_.rate_in_velocity ? Rates{learning_rate, 1.0} : Rates{1.0, learning_rate};
}

void Sgd::update_fused(const ParameterGroup& group, const Lists& lists, const Rates& rates) const {
  const Tensors none;
  // The kernel takes 1 - dampening as the factor of the gradient. is_first_step would store the gradient without that
  // factor; velocities that start at zero make it needless.
  at::_fused_sgd_(lists.parameters, lists.gradients, has_velocity_ ? lists.slots[0] : none, group.weight_decay,
                  config_.momentum, rates.outer, /*dampening=*/1.0 - rates.inner, config_.nesterov,
                  /*maximize=*/false, /*is_first_step=*/false);
}

void Sgd::update_foreach(const ParameterGroup& group, const Lists& lists, const Rates& rates) const {
  Tensors directions = lists.gradients;
  if (group.weight_decay != 0.0) {
    directions = at::_foreach_add(directions, lists.parameters, group.weight_decay);
  }
  if (has_velocity_) {
    at::_foreach_mul_(lists.slots[0], config_.momentum);
    at::_foreach_add_(lists.slots[0], directions, rates.inner);
    directions = config_.nesterov ? at::_foreach_add(directions, lists.slots[0], config_.momentum) : lists.slots[0];
  }
  at::_foreach_add_(lists.parameters, directions, -rates.outer);
}

}  // namespace topfive::optim
