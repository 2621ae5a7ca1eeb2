#include "topfive/optim/parameter_groups.h"

#include <utility>

namespace topfive::optim {
namespace {

bool is_bias(const std::string& name) { return name == "bias" || name.ends_with(".bias"); }

}  // namespace

std::vector<ParameterGroup> parameter_groups(const torch::nn::Module& module, const GroupRules& rules) {
  const double small_decay = rules.decay_norm_and_bias ? rules.weight_decay : 0.0;
  ParameterGroup weights{"weights", 1.0, rules.weight_decay, {}, {}};
  ParameterGroup norms{"norms", 1.0, small_decay, {}, {}};
  ParameterGroup biases{"biases", rules.bias_learning_rate_factor, small_decay, {}, {}};
  for (const auto& item : module.named_parameters()) {
    if (!item.value().requires_grad()) continue;
    ParameterGroup& group = is_bias(item.key()) ? biases : item.value().dim() <= 1 ? norms : weights;
    group.names.push_back(item.key());
    group.tensors.push_back(item.value());
  }
  std::vector<ParameterGroup> groups;
  for (ParameterGroup* group : {&weights, &norms, &biases}) {
    if (!group->tensors.empty()) groups.push_back(std::move(*group));
  }
  return groups;
}

}  // namespace topfive::optim
