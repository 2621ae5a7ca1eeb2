#include "topfive/models/local_response_norm_kernel.h"

#include <cmath>
#include <vector>

#include "topfive/models/wide_vectors.h"

namespace topfive::models {
namespace {

constexpr std::int64_t kReach = 2;  // channels on each side of a window of five

// x ^ -0.75 by square roots, which have vector instructions; pow has none.
inline float inverse_three_quarter_power(float x) {
  const float root = std::sqrt(x);
  return 1.0F / (root * std::sqrt(root));
}

// `padded` holds `count` values with kReach zeros before and after them.
inline float window_sum(const float* padded, std::int64_t i) {
  return (padded[i] + padded[i + 1]) + (padded[i + 3] + padded[i + 4]) + padded[i + 2];
}

}  // namespace

TOPFIVE_WIDE_VECTORS
void local_response_norm_forward(const LocalResponseNormRows& rows, const float* input, float* output, float* scale) {
  const std::int64_t count = rows.channels / rows.groups;
  std::vector<float> buffer(static_cast<std::size_t>(count + 2 * kReach), 0.0F);
  float* squares = buffer.data();
  for (std::int64_t row = 0; row < rows.pixels * rows.groups; ++row) {
    const float* in = input + row * count;
    float* out = output + row * count;
    float* scales = scale + row * count;
    for (std::int64_t i = 0; i < count; ++i) squares[i + kReach] = in[i] * in[i];
    for (std::int64_t i = 0; i < count; ++i) {
      const float value = rows.k + rows.scaled_alpha * window_sum(squares, i);
      scales[i] = value;
      out[i] = in[i] * inverse_three_quarter_power(value);
    }
  }
}

// With s the scale and g the gradient: dx_i = g_i s_i^-b - 2 b alpha/n x_i sum over the window of
// g_j x_j s_j^(-b-1).
TOPFIVE_WIDE_VECTORS
void local_response_norm_backward(const LocalResponseNormRows& rows, const float* input, const float* scale,
                                  const float* output_gradient, float* input_gradient) {
  const std::int64_t count = rows.channels / rows.groups;
  std::vector<float> buffer(static_cast<std::size_t>(count + 2 * kReach), 0.0F);
  float* ratios = buffer.data();
  const float factor = 2.0F * 0.75F * rows.scaled_alpha;
  for (std::int64_t row = 0; row < rows.pixels * rows.groups; ++row) {
    const float* in = input + row * count;
    const float* scales = scale + row * count;
    const float* outer = output_gradient + row * count;
    float* inner = input_gradient + row * count;
    for (std::int64_t i = 0; i < count; ++i) {
      const float passed = outer[i] * inverse_three_quarter_power(scales[i]);
      ratios[i + kReach] = passed * in[i] / scales[i];
      inner[i] = passed;
    }
    for (std::int64_t i = 0; i < count; ++i) inner[i] -= factor * in[i] * window_sum(ratios, i);
  }
}

}  // namespace topfive::models
