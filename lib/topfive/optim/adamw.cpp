#include "topfive/optim/adamw.h"

#include <cmath>

#include <torch/torch.h>

namespace topfive::optim {

AdamW::AdamW(const AdamWConfig& config, const torch::nn::Module& module, Implementation implementation)
    : GroupedOptimizer(config, module), config_(config), fused_(takes_fused(implementation)) {
  add_slot("exp_avg");
  add_slot("exp_avg_sq");
  count_steps();
}

void AdamW::update(const ParameterGroup& group, const Lists& lists, double learning_rate) {
  fused_ ? update_fused(group, lists, learning_rate) : update_foreach(group, lists, learning_rate);
}

void AdamW::update_fused(const ParameterGroup& group, const Lists& lists, double learning_rate) const {
  // The kernel reads a step for every parameter, on the parameter's device.
  const auto step = torch::full({}, static_cast<double>(step_number()),
                                torch::dtype(torch::kFloat32).device(lists.parameters[0].device()));
  const Tensors steps(lists.parameters.size(), step);
  at::_fused_adamw_(lists.parameters, lists.gradients, lists.slots[0], lists.slots[1], /*max_exp_avg_sqs=*/{}, steps,
                    learning_rate, config_.beta1, config_.beta2, group.weight_decay, config_.epsilon,
                    /*amsgrad=*/false, /*maximize=*/false);
}

void AdamW::update_foreach(const ParameterGroup& group, const Lists& lists, double learning_rate) const {
  const auto step = static_cast<double>(step_number());
  const double correction1 = 1.0 - std::pow(config_.beta1, step);
  const double correction2 = 1.0 - std::pow(config_.beta2, step);
  if (group.weight_decay != 0.0) at::_foreach_mul_(lists.parameters, 1.0 - learning_rate * group.weight_decay);
  at::_foreach_lerp_(lists.slots[0], lists.gradients, 1.0 - config_.beta1);
  at::_foreach_mul_(lists.slots[1], config_.beta2);
  at::_foreach_addcmul_(lists.slots[1], lists.gradients, lists.gradients, 1.0 - config_.beta2);
  Tensors divisors = at::_foreach_sqrt(lists.slots[1]);
  at::_foreach_div_(divisors, std::sqrt(correction2));
  at::_foreach_add_(divisors, config_.epsilon);
  at::_foreach_addcdiv_(lists.parameters, lists.slots[0], divisors, -learning_rate / correction1);
}

}  // namespace topfive::optim
