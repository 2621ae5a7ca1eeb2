// Parameters sorted by how they are updated.
#pragma once

#include <string>
#include <vector>

#include <torch/nn/module.h>
#include <torch/types.h>

#include "topfive/optim/optimizer_config.h"

namespace topfive::optim {

// Parameters that share a learning rate factor and a weight decay. The tensors are the module's own.
struct ParameterGroup {
  std::string name;  // weights, norms, biases, undecayed; with layer decay "weights of layer 3"
  double learning_rate_factor = 1.0;
  double weight_decay = 0.0;
  std::vector<std::string> names;  // of the tensors, in the module's order
  std::vector<torch::Tensor> tensors;
  std::vector<bool> in_classifier;  // one a tensor: of the last layer, which adaptive clipping leaves alone
};

using ParameterGroups = std::vector<ParameterGroup>;

// Biases are the parameters whose name ends in "bias" (a normalisation's too), norms the other ones with at most one
// dimension, weights the rest. What no_decay names is undecayed; so are, unless norms and biases decay, class_token
// and pos_embedding, as in timm. With layer decay d, layer i of n learns d^(n - 1 - i) times as fast (layer_order.h).
// Frozen parameters and empty groups are left out. UserError(kConfig) if no_decay names nothing.
ParameterGroups parameter_groups(const torch::nn::Module& module, const GroupsConfig& config);

// Turns off the gradients of the parameters that `names` names (see GroupsConfig). UserError(kConfig), with the names
// at the top of the module, if one of them names nothing or if no parameter is left to learn.
void freeze_parameters(const torch::nn::Module& module, const std::vector<std::string>& names);

// The gradients that are there, in the order of the groups.
std::vector<torch::Tensor> gradients_of(const ParameterGroups& groups);

}  // namespace topfive::optim
