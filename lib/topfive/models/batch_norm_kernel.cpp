#include "topfive/models/batch_norm_kernel.h"

#include <algorithm>
#include <bit>

#include "topfive/models/wide_vectors.h"

namespace topfive::models {
namespace {

#define TOPFIVE_INLINE [[gnu::always_inline]] inline

TOPFIVE_INLINE float widen(std::uint16_t value) { return std::bit_cast<float>(std::uint32_t{value} << 16U); }

// To the nearest, ties to even; what is no number stays none.
TOPFIVE_INLINE void store(float value, std::uint16_t& target) {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  const std::uint32_t rounded = (bits + 0x7FFFU + ((bits >> 16U) & 1U)) >> 16U;
  target = static_cast<std::uint16_t>((bits & 0x7FFFFFFFU) > 0x7F800000U ? 0x7FC0U : rounded);
}

// Written so that what is no number passes, as LibTorch's rectifier lets it.
TOPFIVE_INLINE float rectified(float value) { return value < 0.0F ? 0.0F : value; }
TOPFIVE_INLINE float passed(float gradient, float output) { return output <= 0.0F ? 0.0F : gradient; }

TOPFIVE_INLINE void moments(NormBlock block, const std::uint16_t* __restrict x, float* __restrict mean,
                            float* __restrict squares) {
  std::fill_n(mean, block.width, 0.0F);
  std::fill_n(squares, block.width, 0.0F);
  for (std::int64_t row = 0; row < block.rows; ++row) {
    const std::uint16_t* values = x + row * block.width;
    for (std::int64_t c = 0; c < block.width; ++c) mean[c] += widen(values[c]);
  }
  const float share = 1.0F / static_cast<float>(block.rows);
  for (std::int64_t c = 0; c < block.width; ++c) mean[c] *= share;
  for (std::int64_t row = 0; row < block.rows; ++row) {
    const std::uint16_t* values = x + row * block.width;
    for (std::int64_t c = 0; c < block.width; ++c) {
      const float distance = widen(values[c]) - mean[c];
      squares[c] += distance * distance;
    }
  }
}

template <NormTail kTail>
TOPFIVE_INLINE void forward_with(NormBlock block, NormAffine affine, NormForward maps) {
  const float* __restrict scale = affine.scale;
  const float* __restrict offset = affine.offset;
  for (std::int64_t row = 0; row < block.rows; ++row) {
    const std::uint16_t* __restrict x = maps.x + row * block.width;
    const std::uint16_t* __restrict shortcut =
        kTail == NormTail::kShortcutRelu ? maps.shortcut + row * block.width : nullptr;
    std::uint16_t* __restrict y = maps.y + row * block.width;
    for (std::int64_t c = 0; c < block.width; ++c) {
      float value = scale[c] * widen(x[c]) + offset[c];
      if constexpr (kTail == NormTail::kShortcutRelu) value += widen(shortcut[c]);
      if constexpr (kTail != NormTail::kNone) value = rectified(value);
      store(value, y[c]);
    }
  }
}

TOPFIVE_INLINE void forward(NormBlock block, NormTail tail, NormAffine affine, NormForward maps) {
  switch (tail) {
    case NormTail::kNone:
      return forward_with<NormTail::kNone>(block, affine, maps);
    case NormTail::kRelu:
      return forward_with<NormTail::kRelu>(block, affine, maps);
    case NormTail::kShortcutRelu:
      return forward_with<NormTail::kShortcutRelu>(block, affine, maps);
  }
}

template <NormTail kTail>
TOPFIVE_INLINE void sums_with(NormBlock block, NormAffine affine, NormSums maps) {
  const float* __restrict scale = affine.scale;
  const float* __restrict offset = affine.offset;
  const float* __restrict mean = maps.mean;
  float* __restrict sum = maps.sum;
  float* __restrict product = maps.product;
  std::fill_n(sum, block.width, 0.0F);
  std::fill_n(product, block.width, 0.0F);
  constexpr bool kShortcut = kTail == NormTail::kShortcutRelu;
  for (std::int64_t row = 0; row < block.rows; ++row) {
    const std::int64_t start = row * block.width;
    const std::uint16_t* __restrict outer = maps.output_gradient + start;
    const std::uint16_t* __restrict x = maps.x + start;
    const std::uint16_t* __restrict y = kShortcut ? maps.y + start : nullptr;
    std::uint16_t* __restrict own = kShortcut ? maps.shortcut_gradient + start : nullptr;
    for (std::int64_t c = 0; c < block.width; ++c) {
      float gradient = widen(outer[c]);
      const float value = widen(x[c]);
      if constexpr (kTail == NormTail::kRelu) gradient = passed(gradient, scale[c] * value + offset[c]);
      if constexpr (kShortcut) {
        gradient = passed(gradient, widen(y[c]));
        store(gradient, own[c]);
      }
      sum[c] += gradient;
      product[c] += gradient * (value - mean[c]);
    }
  }
}

TOPFIVE_INLINE void sums(NormBlock block, NormTail tail, NormAffine affine, NormSums maps) {
  switch (tail) {
    case NormTail::kNone:
      return sums_with<NormTail::kNone>(block, affine, maps);
    case NormTail::kRelu:
      return sums_with<NormTail::kRelu>(block, affine, maps);
    case NormTail::kShortcutRelu:
      return sums_with<NormTail::kShortcutRelu>(block, affine, maps);
  }
}

template <bool kRelu>
TOPFIVE_INLINE void backward_with(NormBlock block, NormAffine affine, NormBackward maps) {
  const float* __restrict scale = affine.scale;
  const float* __restrict offset = affine.offset;
  const float* __restrict mean = maps.mean;
  const float* __restrict gradient_scale = maps.gradient_scale;
  const float* __restrict distance_scale = maps.distance_scale;
  const float* __restrict constant = maps.constant;
  for (std::int64_t row = 0; row < block.rows; ++row) {
    const std::int64_t start = row * block.width;
    const std::uint16_t* __restrict outer = maps.output_gradient + start;
    const std::uint16_t* __restrict x = maps.x + start;
    std::uint16_t* __restrict inner = maps.input_gradient + start;
    for (std::int64_t c = 0; c < block.width; ++c) {
      float gradient = widen(outer[c]);
      const float value = widen(x[c]);
      if constexpr (kRelu) gradient = passed(gradient, scale[c] * value + offset[c]);
      store(gradient_scale[c] * gradient + distance_scale[c] * (value - mean[c]) + constant[c], inner[c]);
    }
  }
}

TOPFIVE_INLINE void backward(NormBlock block, NormTail tail, NormAffine affine, NormBackward maps) {
  if (tail == NormTail::kRelu) return backward_with<true>(block, affine, maps);
  backward_with<false>(block, affine, maps);
}

#undef TOPFIVE_INLINE

}  // namespace

TOPFIVE_WIDE_VECTORS
void norm_moments(NormBlock block, const std::uint16_t* x, float* mean, float* squares) {
  moments(block, x, mean, squares);
}

TOPFIVE_WIDE_VECTORS
void norm_forward(NormBlock block, NormTail tail, NormAffine affine, NormForward maps) {
  forward(block, tail, affine, maps);
}

TOPFIVE_WIDE_VECTORS
void norm_backward_sums(NormBlock block, NormTail tail, NormAffine affine, NormSums maps) {
  sums(block, tail, affine, maps);
}

TOPFIVE_WIDE_VECTORS
void norm_backward(NormBlock block, NormTail tail, NormAffine affine, NormBackward maps) {
  backward(block, tail, affine, maps);
}

}  // namespace topfive::models
