#include "topfive/optim/sgd.h"

#include <unordered_map>

#include <torch/torch.h>

#include "topfive/base/error.h"

namespace topfive::optim {
namespace {

bool has_fused_kernel(const std::vector<ParameterGroup>& groups) {
  for (const ParameterGroup& group : groups) {
    for (const torch::Tensor& tensor : group.tensors) {
      if (!tensor.device().is_cpu() && !tensor.device().is_cuda()) return false;
    }
  }
  return true;
}

std::vector<torch::Tensor> zeros_like(const std::vector<torch::Tensor>& tensors) {
  std::vector<torch::Tensor> zeros;
  zeros.reserve(tensors.size());
  for (const torch::Tensor& tensor : tensors) zeros.push_back(torch::zeros_like(tensor.detach()));
  return zeros;
}

// The fused kernels walk through memory and never look at strides: a gradient in another memory format than its
// parameter would be added to the wrong weights.
torch::Tensor laid_out_like(const torch::Tensor& gradient, const torch::Tensor& parameter) {
  if (gradient.strides() == parameter.strides()) return gradient;
  return torch::empty_like(parameter.detach()).copy_(gradient);
}

[[noreturn]] void fail(const std::string& what) {
  throw base::UserError(base::ExitCode::kBadData,
                        "optimizer state: " + what + "; it was saved with another model or optimizer");
}

}  // namespace

Sgd::Sgd(const SgdConfig& config, const torch::nn::Module& module, Implementation implementation)
    : config_(config),
      groups_(parameter_groups(module,
                               {config.weight_decay, config.decay_norm_and_bias, config.bias_learning_rate_factor})) {
  fused_ = implementation == Implementation::kFused ||
           (implementation == Implementation::kAutomatic && has_fused_kernel(groups_));
  for (const ParameterGroup& group : groups_) {
    velocities_.push_back(config.momentum > 0.0 ? zeros_like(group.tensors) : std::vector<torch::Tensor>{});
  }
}

void Sgd::zero_grad() {
  for (ParameterGroup& group : groups_) {
    for (torch::Tensor& tensor : group.tensors) tensor.mutable_grad().reset();
  }
}

void Sgd::step(double learning_rate) {
  const torch::NoGradGuard no_grad;
  for (std::size_t i = 0; i < groups_.size(); ++i) {
    collect(i);
    if (lists_.parameters.empty()) continue;
    const Rates group_rates = rates(learning_rate * groups_[i].learning_rate_factor);
    fused_ ? step_fused(groups_[i], group_rates) : step_foreach(groups_[i], group_rates);
  }
  lists_.gradients.clear();  // Or zero_grad could not give the memory back.
}

void Sgd::collect(std::size_t group) {
  lists_.parameters.clear();
  lists_.gradients.clear();
  lists_.velocities.clear();
  const std::vector<torch::Tensor>& tensors = groups_[group].tensors;
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    const torch::Tensor& gradient = tensors[i].grad();
    if (!gradient.defined()) continue;
    lists_.parameters.push_back(tensors[i]);
    lists_.gradients.push_back(laid_out_like(gradient, tensors[i]));
    if (!velocities_[group].empty()) lists_.velocities.push_back(velocities_[group][i]);
  }
}

Sgd::Rates Sgd::rates(double learning_rate) const {
  // With the velocity's sign turned, both forms are one formula and differ in where the rate stands.
  return config_.rate_in_velocity ? Rates{learning_rate, 1.0} : Rates{1.0, learning_rate};
}

void Sgd::step_fused(const ParameterGroup& group, const Rates& rates) {
  // The kernel takes 1 - dampening as the factor of the gradient. is_first_step would store the gradient without that
  // factor; velocities that start at zero make it needless.
  at::_fused_sgd_(lists_.parameters, lists_.gradients, lists_.velocities, group.weight_decay, config_.momentum,
                  rates.outer, /*dampening=*/1.0 - rates.inner, config_.nesterov,
                  /*maximize=*/false, /*is_first_step=*/false);
}

void Sgd::step_foreach(const ParameterGroup& group, const Rates& rates) {
  std::vector<torch::Tensor> directions = lists_.gradients;
  if (group.weight_decay != 0.0) {
    directions = at::_foreach_add(directions, lists_.parameters, group.weight_decay);
  }
  if (config_.momentum > 0.0) {
    at::_foreach_mul_(lists_.velocities, config_.momentum);
    at::_foreach_add_(lists_.velocities, directions, rates.inner);
    directions =
        config_.nesterov ? at::_foreach_add(directions, lists_.velocities, config_.momentum) : lists_.velocities;
  }
  at::_foreach_add_(lists_.parameters, directions, -rates.outer);
}

NamedTensors Sgd::state() const {
  NamedTensors tensors;
  for (std::size_t group = 0; group < groups_.size(); ++group) {
    for (std::size_t i = 0; i < velocities_[group].size(); ++i) {
      tensors.emplace_back("velocity." + groups_[group].names[i], velocities_[group][i]);
    }
  }
  return tensors;
}

void Sgd::load_state(const NamedTensors& tensors) {
  const torch::NoGradGuard no_grad;
  const std::unordered_map<std::string, torch::Tensor> given(tensors.begin(), tensors.end());
  NamedTensors own = state();
  // All names are compared first, so that a refused state changes nothing.
  for (const auto& [name, tensor] : own) {
    const auto found = given.find(name);
    if (found == given.end()) fail(name + " is missing");
    if (found->second.sizes() != tensor.sizes()) fail(name + " has another shape");
  }
  if (given.size() != own.size()) fail("it holds tensors that this optimizer does not know");
  for (auto& [name, tensor] : own) tensor.copy_(given.at(name));
}

}  // namespace topfive::optim
