// The loops of local response normalisation on the CPU, for pixels whose channels lie side by side
// in memory, with n = 5 and beta = 0.75. At batch 128 the general form moves the activations
// through memory ten times and costs as much as a convolution; this one reads and writes them once.
#pragma once

#include <cstdint>

namespace topfive::models {

struct LocalResponseNormRows {
  std::int64_t pixels = 0;    // N * H * W
  std::int64_t channels = 0;  // of one pixel
  std::int64_t groups = 1;
  float scaled_alpha = 0.0F;  // alpha / n
  float k = 1.0F;
};

// output and scale: [pixels, channels], written; scale is k + alpha / n * sum x^2, which the
// backward pass needs.
void local_response_norm_forward(const LocalResponseNormRows& rows, const float* input, float* output, float* scale);

// input_gradient: [pixels, channels], written.
void local_response_norm_backward(const LocalResponseNormRows& rows, const float* input, const float* scale,
                                  const float* output_gradient, float* input_gradient);

}  // namespace topfive::models
