// The loops of batch normalisation on the CPU, with the rectifier and the sum with a shortcut that follow it.
//
// LibTorch's operators read and write the maps once for each of these steps, fourteen passes over memory for a forward
// and a backward; these take eight. Values lie side by side, [rows, width], with one coefficient for each of the width
// columns. A call works on one block of rows on one thread. Maps are given as the bits of bfloat16 numbers; all is
// computed in float32 and rounded once. Sums within a block are float32, so blocks are to stay below a thousand rows.
#pragma once

#include <cstdint>

namespace topfive::models {

struct NormBlock {
  std::int64_t rows = 0;
  std::int64_t width = 0;
};

// What stands between the normalised value and the output.
enum class NormTail {
  kNone,
  kRelu,
  kShortcutRelu,  // a value is added first
};

// All [width].
struct NormAffine {
  const float* scale = nullptr;  // y = scale x + offset
  const float* offset = nullptr;
};

// mean: the block's own, [width]; squares: the sum of squared distances to it, [width]. Both are written.
void norm_moments(NormBlock block, const std::uint16_t* x, float* mean, float* squares);

struct NormForward {
  const std::uint16_t* x = nullptr;
  const std::uint16_t* shortcut = nullptr;  // for kShortcutRelu
  std::uint16_t* y = nullptr;               // written
};
void norm_forward(NormBlock block, NormTail tail, NormAffine affine, NormForward maps);

// With g the gradient before the tail: sums of g and of g (x - mean) over the rows, [width], written.
struct NormSums {
  const std::uint16_t* output_gradient = nullptr;
  const std::uint16_t* x = nullptr;
  const std::uint16_t* y = nullptr;            // for kShortcutRelu, the output
  std::uint16_t* shortcut_gradient = nullptr;  // for kShortcutRelu, written: g itself
  const float* mean = nullptr;
  float* sum = nullptr;
  float* product = nullptr;
};
void norm_backward_sums(NormBlock block, NormTail tail, NormAffine affine, NormSums maps);

// input_gradient = gradient_scale g + distance_scale (x - mean) + constant. kNone: output_gradient is g already.
struct NormBackward {
  const std::uint16_t* output_gradient = nullptr;
  const std::uint16_t* x = nullptr;
  std::uint16_t* input_gradient = nullptr;  // written
  const float* mean = nullptr;
  const float* gradient_scale = nullptr;
  const float* distance_scale = nullptr;
  const float* constant = nullptr;
};
void norm_backward(NormBlock block, NormTail tail, NormAffine affine, NormBackward maps);

}  // namespace topfive::models
