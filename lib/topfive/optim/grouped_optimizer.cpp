#include "topfive/optim/grouped_optimizer.h"

#include <algorithm>

#include <torch/torch.h>

namespace topfive::optim {
namespace {

constexpr const char* kStepName = "step";
constexpr const char* kWhat = "optimizer state";

// The fused kernels walk through memory and never look at strides: a gradient in another memory format than its
// parameter would be added to the wrong weights.
torch::Tensor laid_out_like(const torch::Tensor& gradient, const torch::Tensor& parameter) {
  if (gradient.strides() == parameter.strides()) return gradient;
  return torch::empty_like(parameter.detach()).copy_(gradient);
}

}  // namespace

GroupedOptimizer::GroupedOptimizer(const GroupsConfig& config, const torch::nn::Module& module) {
  freeze_parameters(module, config.freeze);
  groups_ = parameter_groups(module, config);
  for (const ParameterGroup& group : groups_) kept_.emplace_back(group.tensors.size(), true);
}

void GroupedOptimizer::add_slot(const std::string& name, double initial_value) {
  add_slot(name, initial_value, [](const ParameterGroup&, std::size_t) { return true; });
}

void GroupedOptimizer::add_slot(const std::string& name, double initial_value, const TakesParameter& takes) {
  Slot slot{name, {}};
  for (const ParameterGroup& group : groups_) {
    Tensors& tensors = slot.by_group.emplace_back(group.tensors.size());
    for (std::size_t i = 0; i < tensors.size(); ++i) {
      if (takes(group, i)) tensors[i] = torch::full_like(group.tensors[i].detach(), initial_value);
    }
  }
  slots_.push_back(std::move(slot));
  lists_.slots.emplace_back();
}

void GroupedOptimizer::count_steps() { step_ = torch::zeros({}, torch::kInt64); }

bool GroupedOptimizer::takes_fused(Implementation implementation) const {
  if (implementation != Implementation::kAutomatic) return implementation == Implementation::kFused;
  return std::all_of(groups_.begin(), groups_.end(), [](const ParameterGroup& group) {
    return std::all_of(group.tensors.begin(), group.tensors.end(), [](const torch::Tensor& tensor) {
      return tensor.device().is_cpu() || tensor.device().is_cuda();
    });
  });
}

void GroupedOptimizer::keep(const StateShare& share) {
  const auto parts = parts_by_group(groups_, share.parts);
  for (std::size_t group = 0; group < groups_.size(); ++group) {
    for (std::size_t i = 0; i < parts[group].size(); ++i) {
      kept_[group][i] = parts[group][i] == share.part;
      if (kept_[group][i]) continue;
      // Names and shapes stay, so that a whole state can be checked and loaded: what is copied there goes nowhere.
      for (Slot& slot : slots_) {
        torch::Tensor& tensor = slot.by_group[group][i];
        if (tensor.defined()) tensor = tensor.to(torch::kMeta);
      }
    }
  }
}

void GroupedOptimizer::zero_grad() {
  for (ParameterGroup& group : groups_) {
    for (torch::Tensor& tensor : group.tensors) tensor.mutable_grad().reset();
  }
}

void GroupedOptimizer::step(double learning_rate) {
  const torch::NoGradGuard no_grad;
  if (step_.defined()) step_.add_(1);
  prepare();
  for (std::size_t i = 0; i < groups_.size(); ++i) {
    collect(i);
    if (lists_.parameters.empty()) continue;
    update(groups_[i], lists_, learning_rate * groups_[i].learning_rate_factor);
  }
  lists_.gradients.clear();  // Or zero_grad could not give the memory back.
}

void GroupedOptimizer::collect(std::size_t group) {
  lists_.parameters.clear();
  lists_.gradients.clear();
  for (Tensors& slot : lists_.slots) slot.clear();
  const Tensors& tensors = groups_[group].tensors;
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    const torch::Tensor& gradient = tensors[i].grad();
    if (!gradient.defined() || !kept_[group][i]) continue;
    lists_.parameters.push_back(tensors[i]);
    lists_.gradients.push_back(laid_out_like(gradient, tensors[i]));
    for (std::size_t s = 0; s < slots_.size(); ++s) lists_.slots[s].push_back(slots_[s].by_group[group][i]);
  }
}

NamedTensors GroupedOptimizer::state() const {
  NamedTensors tensors;
  for (const Slot& slot : slots_) {
    for (std::size_t group = 0; group < groups_.size(); ++group) {
      for (std::size_t i = 0; i < groups_[group].names.size(); ++i) {
        const torch::Tensor& tensor = slot.by_group[group][i];
        if (tensor.defined()) tensors.emplace_back(slot.name + "." + groups_[group].names[i], tensor);
      }
    }
  }
  if (step_.defined()) tensors.emplace_back(kStepName, step_);
  return tensors;
}

void GroupedOptimizer::load_state(const NamedTensors& tensors) {
  const torch::Tensor step = find_tensor(tensors, kStepName);
  if (step_.defined() && step.defined() && step.numel() == 1 && step.item<std::int64_t>() < 0) {
    fail_on_state(kWhat, "step is below 0");
  }
  copy_by_name(state(), tensors, kWhat);
}

}  // namespace topfive::optim
