// One output pixel of a bilinear interpolation: the part of affine.cpp that runs for every pixel.
//
// Places are in units of 2^-kPlaceBits pixels. The mean of the upper and of the lower pair is cut to seven bits behind
// the point, so that a pair of them fits the instruction that multiplies and adds 16-bit numbers; the plain version
// does the same and gives the same bits.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include "topfive/image/affine.h"

namespace topfive::image {

constexpr int kPlaceBits = 11;
constexpr std::int32_t kPlaceOne = 1 << kPlaceBits;
constexpr int kMixCutBits = 4;  // of the 19 of a pair's mean
constexpr int kMixShift = 2 * kPlaceBits - kMixCutBits;
constexpr std::int32_t kMixHalf = 1 << (kMixShift - 1);

// `from` is the upper left of four pixels.
template <int kChannels>
void mix_four_plainly(const std::uint8_t* from, std::size_t step, std::int32_t x, std::int32_t y, std::uint8_t* out) {
  const std::int32_t right = x & (kPlaceOne - 1);
  const std::int32_t down = y & (kPlaceOne - 1);
  for (int c = 0; c < kChannels; ++c) {
    const std::uint8_t* top = from + c;
    const std::uint8_t* bottom = top + step;
    const std::int32_t upper = (top[0] * (kPlaceOne - right) + top[kChannels] * right) >> kMixCutBits;
    const std::int32_t lower = (bottom[0] * (kPlaceOne - right) + bottom[kChannels] * right) >> kMixCutBits;
    out[c] = static_cast<std::uint8_t>((upper * (kPlaceOne - down) + lower * down + kMixHalf) >> kMixShift);
  }
}

#if defined(__SSE2__)

// Three bytes of a pixel and of the one to its right as 16-bit pairs (r0 r1 g0 g1 b0 b1 . .).
inline __m128i pairs_of_row(const std::uint8_t* left) {
  std::uint32_t words[2];
  std::memcpy(&words[0], left, 4);
  std::memcpy(&words[1], left + 3, 4);
  const __m128i pixels =
      _mm_unpacklo_epi8(_mm_cvtsi32_si128(static_cast<int>(words[0])), _mm_cvtsi32_si128(static_cast<int>(words[1])));
  return _mm_unpacklo_epi8(pixels, _mm_setzero_si128());
}

inline __m128i weight_pair(std::int32_t place) {
  const std::int32_t fraction = place & (kPlaceOne - 1);
  return _mm_set1_epi32((kPlaceOne - fraction) | (fraction << 16));
}

// The same for three channels at once. Reads the byte behind the pixel to the right.
inline void mix_four_colours(const std::uint8_t* from, std::size_t step, std::int32_t x, std::int32_t y,
                             std::uint8_t* out) {
  const __m128i across = weight_pair(x);
  const __m128i upper = _mm_srli_epi32(_mm_madd_epi16(pairs_of_row(from), across), kMixCutBits);
  const __m128i lower = _mm_srli_epi32(_mm_madd_epi16(pairs_of_row(from + step), across), kMixCutBits);
  const __m128i both = _mm_or_si128(upper, _mm_slli_epi32(lower, 16));
  const __m128i sum = _mm_add_epi32(_mm_madd_epi16(both, weight_pair(y)), _mm_set1_epi32(kMixHalf));
  const __m128i words = _mm_packs_epi32(_mm_srli_epi32(sum, kMixShift), _mm_setzero_si128());
  const int mixed = _mm_cvtsi128_si32(_mm_packus_epi16(words, words));
  std::memcpy(out, &mixed, 3);
}

#endif

template <int kChannels>
void mix_four(const std::uint8_t* from, std::size_t step, std::int32_t x, std::int32_t y, std::uint8_t* out) {
#if defined(__SSE2__)
  if constexpr (kChannels == 3) return mix_four_colours(from, step, x, y, out);
#endif
  mix_four_plainly<kChannels>(from, step, x, y, out);
}

// Output pixels at whose place not all four pixels are inside, or so near the edge that they may not be read as words.
class EdgeMixer {
 public:
  EdgeMixer(const Image& from, const std::optional<Colour>& fill) : from_(from), fill_(fill) {}

  void mix(std::int32_t x, std::int32_t y, std::uint8_t* out) const {
    const int left = x >> kPlaceBits;
    const int top = y >> kPlaceBits;
    const Colour colour = fill_.value_or(Colour{});
    const bool outside = left < -1 || left >= from_.cols || top < -1 || top >= from_.rows;
    if (outside) {
      std::memcpy(out, colour.data(), static_cast<std::size_t>(from_.channels()));
      return;
    }
    const Weights across = weights(x, left, from_.cols);
    const Weights down = weights(y, top, from_.rows);
    const float share = (across.first + across.second) * (down.first + down.second);  // of the picture, at most 1
    for (int c = 0; c < from_.channels(); ++c) {
      const float upper = across.first * value(left, top, c) + across.second * value(left + 1, top, c);
      const float lower = across.first * value(left, top + 1, c) + across.second * value(left + 1, top + 1, c);
      float mixed = down.first * upper + down.second * lower;
      if (fill_) mixed = mixed * share + (1.0F - share) * static_cast<float>(colour[static_cast<std::size_t>(c)]);
      out[c] = static_cast<std::uint8_t>(std::nearbyint(mixed));
    }
  }

 private:
  // Of a pixel and the next one; 0 for one that is outside.
  struct Weights {
    float first;
    float second;
  };
  static Weights weights(std::int32_t place, int first, int size) {
    const float fraction = static_cast<float>(place & (kPlaceOne - 1)) / static_cast<float>(kPlaceOne);
    return {first >= 0 ? 1.0F - fraction : 0.0F, first + 1 < size ? fraction : 0.0F};
  }
  // Of the nearest pixel, where the place is outside: its weight is 0.
  float value(int x, int y, int channel) const {
    const int column = x < 0 ? 0 : (x < from_.cols ? x : from_.cols - 1);
    const int row = y < 0 ? 0 : (y < from_.rows ? y : from_.rows - 1);
    return static_cast<float>(from_.ptr(row)[column * from_.channels() + channel]);
  }

  const Image& from_;
  const std::optional<Colour>& fill_;
};

}  // namespace topfive::image
