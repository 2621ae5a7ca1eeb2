#include "topfive/optim/adamw.h"

#include <cmath>

#include <torch/torch.h>

namespace topfive::optim {
namespace {

void take_fused_step(const AdamWStep& step, const AdamWLists& lists) {
  // The kernel reads a step for every parameter, on the parameter's device.
  const auto number = torch::full({}, static_cast<double>(step.number),
                                  torch::dtype(torch::kFloat32).device(lists.parameters[0].device()));
  const std::vector<torch::Tensor> numbers(lists.parameters.size(), number);
  at::_fused_adamw_(lists.parameters, lists.gradients, lists.means, lists.squares, /*max_exp_avg_sqs=*/{}, numbers,
                    step.learning_rate, step.beta1, step.beta2, step.weight_decay, step.epsilon,
                    /*amsgrad=*/false, /*maximize=*/false);
}

void take_foreach_step(const AdamWStep& step, const AdamWLists& lists) {
  const auto number = static_cast<double>(step.number);
  const double correction1 = 1.0 - std::pow(step.beta1, number);
  const double correction2 = 1.0 - std::pow(step.beta2, number);
  if (step.weight_decay != 0.0) at::_foreach_mul_(lists.parameters, 1.0 - step.learning_rate * step.weight_decay);
  at::_foreach_lerp_(lists.means, lists.gradients, 1.0 - step.beta1);
  at::_foreach_mul_(lists.squares, step.beta2);
  at::_foreach_addcmul_(lists.squares, lists.gradients, lists.gradients, 1.0 - step.beta2);
  auto divisors = at::_foreach_sqrt(lists.squares);
  at::_foreach_div_(divisors, std::sqrt(correction2));
  at::_foreach_add_(divisors, step.epsilon);
  at::_foreach_addcdiv_(lists.parameters, lists.means, divisors, -step.learning_rate / correction1);
}

}  // namespace

void take_step(const AdamWStep& step, const AdamWLists& lists, bool fused) {
  fused ? take_fused_step(step, lists) : take_foreach_step(step, lists);
}

AdamW::AdamW(const AdamWConfig& config, const torch::nn::Module& module, Implementation implementation)
    : GroupedOptimizer(config, module), config_(config), fused_(takes_fused(implementation)) {
  add_slot("exp_avg");
  add_slot("exp_avg_sq");
  count_steps();
}

void AdamW::update(const ParameterGroup& group, const Lists& lists, double learning_rate) {
  take_step({.number = step_number(),
             .learning_rate = learning_rate,
             .weight_decay = group.weight_decay,
             .beta1 = config_.beta1,
             .beta2 = config_.beta2,
             .epsilon = config_.epsilon},
            {lists.parameters, lists.gradients, lists.slots[0], lists.slots[1]}, fused_);
}

}  // namespace topfive::optim
