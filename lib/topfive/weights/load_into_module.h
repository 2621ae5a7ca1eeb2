// Between a module and named tensors.
#pragma once

#include <string>

#include <torch/nn/module.h>

#include "topfive/weights/tensor_file.h"

namespace topfive::weights {

// The parameters, then the buffers, under the names of Python's state_dict. They share memory with
// the module.
NamedTensors module_tensors(const torch::nn::Module& module);

// Copies the values into the module, which keeps its own device, memory format and floating-point
// type. Strict: the names must be the same on both sides (in any order), the shapes equal, and
// floating-point goes to floating-point, integers to integers. Nothing is copied unless everything
// fits. Otherwise UserError(kBadData) in one line: `what` (the file, for example), and up to three
// of each: missing, unexpected, of another shape or type.
void load_into_module(torch::nn::Module& module, const NamedTensors& tensors, const std::string& what);

}  // namespace topfive::weights
