// How large a model is.
#pragma once

#include <cstdint>

#include <torch/nn/module.h>

namespace topfive::models {

// Trainable numbers; buffers, such as running averages and fixed codes, do not count.
std::int64_t parameter_count(const torch::nn::Module& module);

}  // namespace topfive::models
