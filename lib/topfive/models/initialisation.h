// Initial weights that several networks share. All draw from LibTorch's default generator and change the tensors in
// place without recording gradients. weight: [out, in / groups, kh, kw] or [out, in].
#pragma once

#include <torch/nn/module.h>
#include <torch/types.h>

namespace topfive::models {

// N(0, std^2). It also stands for the truncated normal of torchvision and timm: their limits are -2 and 2, absolute,
// which at a std of 0.05 or less no draw ever reaches.
void draw_normal(torch::Tensor weight, double std);

// He et al. 2015, "Delving deep into rectifiers": N(0, gain^2 / fan), by the number of outputs or of inputs.
void draw_he_by_outputs(torch::Tensor weight, double gain);
void draw_he_by_inputs(torch::Tensor weight, double gain);

// Glorot, Bengio 2010: uniform within the square root of 6 / (fan_in + fan_out).
void draw_glorot(torch::Tensor weight);

void set_constant(torch::Tensor tensor, double value);

}  // namespace topfive::models
