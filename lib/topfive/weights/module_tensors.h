// The tensors of a module under the names of Python's state_dict.
#pragma once

#include <torch/nn/module.h>

#include "topfive/weights/tensor_file.h"

namespace topfive::weights {

// The parameters, then the buffers. They share memory with the module.
NamedTensors module_tensors(const torch::nn::Module& module);

}  // namespace topfive::weights
