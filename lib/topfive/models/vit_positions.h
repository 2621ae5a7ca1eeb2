// Where each patch of a vision transformer lies.
#pragma once

#include <torch/types.h>

namespace topfive::models {

// The fixed embedding of Beyer et al. (arXiv 2205.01580, section 3): for column x and row y and width / 4 frequencies
// from 1 down to 1 / 10000, sin x, cos x, sin y, cos y. Result: [1, side * side, width], or with one row of zeros
// before it for a class token. width: a multiple of 4, at least 8.
torch::Tensor sincos_positions(std::int64_t side, std::int64_t width, bool with_class_token);

// A learned embedding for another number of patches, as torchvision's interpolate_embeddings: the grid is resampled
// bicubically with aligned corners, the class token's row stays. embedding: [1, side * side (+ 1), width], square.
torch::Tensor resample_positions(const torch::Tensor& embedding, std::int64_t new_side, bool with_class_token);

}  // namespace topfive::models
