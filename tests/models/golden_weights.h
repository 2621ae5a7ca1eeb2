// The weights and pictures of the golden outputs, made by the same arithmetic as the Python script that wrote them
// (tests/golden/deterministic_weights.py).
#pragma once

#include <string>

#include <torch/torch.h>

namespace topfive::models {

// Every parameter and running statistic gets the values of its name.
void fill_with_golden_weights(torch::nn::Module& module);

torch::Tensor golden_pictures(std::int64_t count, std::int64_t channels, std::int64_t size);

}  // namespace topfive::models
