// The channels-last memory format for a whole module.
#pragma once

#include <torch/nn/module.h>

namespace topfive::models {

// Puts every four-dimensional parameter and buffer into channels-last memory format, in place: the
// tensors keep their identity, so optimizers and hooks that hold them stay valid. (Module::to
// cannot do this in C++.)
void use_channels_last(torch::nn::Module& module);

}  // namespace topfive::models
