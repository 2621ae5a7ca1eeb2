// Shared by the tests of the networks.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include <torch/torch.h>

#include "topfive/base/config_node.h"
#include "topfive/models/registry.h"

namespace topfive::models {

using NameAndShape = std::pair<std::string, std::vector<std::int64_t>>;

inline std::vector<NameAndShape> names_and_shapes(const torch::nn::Module& module) {
  std::vector<NameAndShape> list;
  for (const auto& item : module.named_parameters()) list.emplace_back(item.key(), item.value().sizes().vec());
  return list;
}

// A model from the text of its configuration.
inline ModelConfig parse_model(const std::string& json) {
  const auto document = base::ConfigDocument::parse(json, "test.json");
  return model_alternatives().parse(base::ConfigNode(document));
}

// True when every parameter has a gradient that is finite and not zero throughout.
inline bool every_parameter_learns(const torch::nn::Module& module) {
  for (const torch::Tensor& parameter : module.parameters()) {
    const torch::Tensor& gradient = parameter.grad();
    if (!gradient.defined() || !gradient.isfinite().all().item<bool>()) return false;
    if (gradient.abs().sum().item<double>() == 0.0) return false;
  }
  return true;
}

}  // namespace topfive::models
