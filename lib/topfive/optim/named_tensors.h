// Tensors by name: what a checkpoint keeps of an optimizer, an average or a loss scale.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include <torch/types.h>

namespace topfive::optim {

using NamedTensors = std::vector<std::pair<std::string, torch::Tensor>>;

// Copies the values of `from`, names in any order, to `to`. UserError(kBadData) that begins with `what`, and nothing is
// changed, unless names and shapes are the same.
void copy_by_name(const NamedTensors& to, const NamedTensors& from, const std::string& what);

// The tensor of that name; undefined if there is none.
torch::Tensor find_tensor(const NamedTensors& tensors, const std::string& name);

[[noreturn]] void fail_on_state(const std::string& what, const std::string& problem);

}  // namespace topfive::optim
