// Parameters sorted by how they are updated.
#pragma once

#include <string>
#include <vector>

#include <torch/nn/module.h>

namespace topfive::optim {

struct GroupRules {
  double weight_decay = 0.0;
  bool decay_norm_and_bias = true;         // whether one-dimensional parameters decay too
  double bias_learning_rate_factor = 1.0;  // biases learn this many times as fast as the rest
};

// Parameters that share a learning rate factor and a weight decay. The tensors are the module's own.
struct ParameterGroup {
  std::string name;  // weights, norms, biases
  double learning_rate_factor = 1.0;
  double weight_decay = 0.0;
  std::vector<std::string> names;  // of the tensors, in the module's order
  std::vector<torch::Tensor> tensors;
};

// Biases are the parameters whose name ends in "bias" (a normalisation's too), norms the other ones with at most one
// dimension, weights the rest. Frozen parameters and empty groups are left out.
std::vector<ParameterGroup> parameter_groups(const torch::nn::Module& module, const GroupRules& rules);

}  // namespace topfive::optim
