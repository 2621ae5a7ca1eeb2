#include "topfive/optim/parameter_groups.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "topfive/base/error.h"
#include "topfive/base/text.h"
#include "topfive/optim/layer_order.h"

namespace topfive::optim {
namespace {

enum class Kind { kWeights, kNorms, kBiases, kUndecayed };

constexpr const char* kKindNames[] = {"weights", "norms", "biases", "undecayed"};

using Names = std::vector<std::string>;

bool is_bias(const std::string& name) { return name == "bias" || name.ends_with(".bias"); }

// Whole parts of the dotted name only: layer1 is not layer10.
bool is_named_by(const std::string& parameter, const std::string& name) {
  const std::string dotted = "." + parameter + ".";
  return dotted.find("." + name + ".") != std::string::npos;
}

bool is_named_by_any(const std::string& parameter, const Names& names) {
  return std::any_of(names.begin(), names.end(), [&](const auto& name) { return is_named_by(parameter, name); });
}

Names names_at_top(const torch::nn::Module& module) {
  Names names;
  for (const auto& item : module.named_parameters()) {
    const std::string top = item.key().substr(0, item.key().find('.'));
    if (std::find(names.begin(), names.end(), top) == names.end()) names.push_back(top);
  }
  return names;
}

void require_known(const torch::nn::Module& module, const Names& names, const std::string& key) {
  const auto parameters = module.named_parameters();
  for (const std::string& name : names) {
    const bool found = std::any_of(parameters.begin(), parameters.end(),
                                   [&](const auto& item) { return is_named_by(item.key(), name); });
    if (found) continue;
    const Names known = names_at_top(module);
    throw base::UserError(base::ExitCode::kConfig, "optimizer." + key + ": the model has no parameter or module " +
                                                       base::in_quotes(name) + base::did_you_mean(name, known) +
                                                       " (at its top: " + base::join(known) + ")");
  }
}

Kind kind_of(const std::string& name, const torch::Tensor& tensor, const GroupsConfig& config) {
  static const Names kTokens = {"class_token", "pos_embedding"};
  if (is_named_by_any(name, config.no_decay)) return Kind::kUndecayed;
  if (!config.decay_norm_and_bias && is_named_by_any(name, kTokens)) return Kind::kUndecayed;
  if (is_bias(name)) return Kind::kBiases;
  return tensor.dim() <= 1 ? Kind::kNorms : Kind::kWeights;
}

double decay_of(Kind kind, const GroupsConfig& config) {
  if (kind == Kind::kUndecayed) return 0.0;
  return kind == Kind::kWeights || config.decay_norm_and_bias ? config.weight_decay : 0.0;
}

LayerOrder order_of(const torch::nn::Module& module) {
  std::vector<NamedShape> parameters;
  for (const auto& item : module.named_parameters()) {
    parameters.push_back({item.key(), static_cast<std::size_t>(item.value().dim())});
  }
  return layer_order(parameters);
}

ParameterGroup empty_group(Kind kind, std::size_t layer, std::size_t num_layers, const GroupsConfig& config) {
  ParameterGroup group;
  group.name = kKindNames[static_cast<std::size_t>(kind)];
  if (config.layer_decay != 1.0) group.name += " of layer " + std::to_string(layer);
  group.weight_decay = decay_of(kind, config);
  group.learning_rate_factor = std::pow(config.layer_decay, static_cast<double>(num_layers - 1 - layer));
  if (kind == Kind::kBiases) group.learning_rate_factor *= config.bias_learning_rate_factor;
  return group;
}

}  // namespace

ParameterGroups parameter_groups(const torch::nn::Module& module, const GroupsConfig& config) {
  require_known(module, config.no_decay, "no_decay");
  const LayerOrder order = order_of(module);
  std::map<std::pair<std::size_t, Kind>, ParameterGroup> sorted;
  std::size_t index = 0;
  for (const auto& item : module.named_parameters()) {
    const std::size_t layer = order.layers[index++];
    if (!item.value().requires_grad()) continue;
    const Kind kind = kind_of(item.key(), item.value(), config);
    const bool by_layer = config.layer_decay != 1.0;
    const auto [place, is_new] = sorted.try_emplace({by_layer ? layer : 0, kind});
    if (is_new) place->second = empty_group(kind, layer, order.num_layers, config);
    ParameterGroup& group = place->second;
    group.names.push_back(item.key());
    group.tensors.push_back(item.value());
    group.in_classifier.push_back(layer + 1 == order.num_layers);
  }
  ParameterGroups groups;
  for (auto& [key, group] : sorted) groups.push_back(std::move(group));
  return groups;
}

void freeze_parameters(const torch::nn::Module& module, const Names& names) {
  require_known(module, names, "freeze");
  bool any_left = names.empty();
  for (auto& item : module.named_parameters()) {
    if (is_named_by_any(item.key(), names)) {
      item.value().set_requires_grad(false);
    } else if (item.value().requires_grad()) {
      any_left = true;
    }
  }
  if (any_left) return;
  throw base::UserError(base::ExitCode::kConfig, "optimizer.freeze: no parameter is left to learn; name fewer modules");
}

std::vector<torch::Tensor> gradients_of(const ParameterGroups& groups) {
  std::vector<torch::Tensor> gradients;
  for (const ParameterGroup& group : groups) {
    for (const torch::Tensor& tensor : group.tensors) {
      if (tensor.grad().defined()) gradients.push_back(tensor.grad());
    }
  }
  return gradients;
}

}  // namespace topfive::optim
