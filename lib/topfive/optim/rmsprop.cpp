#include "topfive/optim/rmsprop.h"

#include <torch/torch.h>

#include "topfive/optim/momentum.h"

namespace topfive::optim {

RmsProp::RmsProp(const RmsPropConfig& config, const torch::nn::Module& module)
    : GroupedOptimizer(config, module), config_(config), has_velocity_(config.momentum > 0.0) {
  add_slot("square_avg", config.initial_square);
  if (config.centered) add_slot("grad_avg");
  if (has_velocity_) add_slot("velocity");
}

void RmsProp::set_momentum(double momentum) {
  require_velocity(has_velocity_);
  config_.momentum = momentum;
}

void RmsProp::update(const ParameterGroup& group, const Lists& lists, double learning_rate) {
  Tensors gradients = lists.gradients;
  if (group.weight_decay != 0.0) gradients = at::_foreach_add(gradients, lists.parameters, group.weight_decay);
  const Tensors divided_by = divisors(lists, gradients);
  if (!has_velocity_) {
    at::_foreach_addcdiv_(lists.parameters, gradients, divided_by, -learning_rate);
    return;
  }
  const Tensors& velocities = lists.slots.back();
  at::_foreach_mul_(velocities, config_.momentum);
  at::_foreach_addcdiv_(velocities, gradients, divided_by, config_.rate_in_velocity ? learning_rate : 1.0);
  at::_foreach_add_(lists.parameters, velocities, config_.rate_in_velocity ? -1.0 : -learning_rate);
}

GroupedOptimizer::Tensors RmsProp::divisors(const Lists& lists, const Tensors& gradients) const {
  const Tensors& squares = lists.slots[0];
  at::_foreach_mul_(squares, config_.smoothing);
  at::_foreach_addcmul_(squares, gradients, gradients, 1.0 - config_.smoothing);
  Tensors variances = squares;
  if (config_.centered) {
    at::_foreach_lerp_(lists.slots[1], gradients, 1.0 - config_.smoothing);
    variances = at::_foreach_addcmul(squares, lists.slots[1], lists.slots[1], -1.0);
  }
  if (config_.epsilon_inside_root) return at::_foreach_sqrt(at::_foreach_add(variances, config_.epsilon));
  Tensors result = at::_foreach_sqrt(variances);
  at::_foreach_add_(result, config_.epsilon);
  return result;
}

}  // namespace topfive::optim
