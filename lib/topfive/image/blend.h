// Pillow's blend of a degraded picture and the picture itself, the arithmetic behind its ImageEnhance: float32,
// clipped, cut to whole grey levels. A factor of 1 gives the picture back, 0 the degraded one.
#pragma once

#include <cstddef>
#include <cstdint>

#include "topfive/image/image.h"

namespace topfive::image {

inline std::uint8_t blended(std::uint8_t degraded, std::uint8_t original, float factor) {
  const float value = static_cast<float>(degraded) + factor * static_cast<float>(int{original} - int{degraded});
  const float above = value > 0.0F ? value : 0.0F;
  return static_cast<std::uint8_t>(static_cast<std::int32_t>(above < 255.0F ? above : 255.0F));
}

// Value by value; `out` may be one of the inputs.
void blend_row(const std::uint8_t* degraded, const std::uint8_t* original, std::size_t count, float factor,
               std::uint8_t* out);

// ITU-R 601 luma, rounded: Pillow's "L". The weights 0.299, 0.587 and 0.114 in units of 2^-16 add up to exactly 2^16,
// so grey stays as it is.
inline std::uint8_t luma(const std::uint8_t* rgb) {
  const std::uint32_t sum = rgb[0] * 19595U + rgb[1] * 38470U + rgb[2] * 7471U;
  return static_cast<std::uint8_t>((sum + 0x8000U) >> 16);
}
// The mean of the grey version, rounded to a whole grey level.
std::uint8_t mean_luma(const Image& image);

}  // namespace topfive::image
