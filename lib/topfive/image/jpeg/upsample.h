// Upsampling and colour, for the kernels of one instruction set, in plain loops that compilers turn into its vectors.
#pragma once

#include <cstdint>

#include "topfive/image/jpeg/kernels.h"

namespace topfive::image::jpeg {
namespace {

TOPFIVE_TARGET void upsample_row(const std::uint8_t* in, int count, std::uint8_t* out) {
  for (int i = 0; i < count; ++i) {
    out[2 * i] = static_cast<std::uint8_t>((3 * in[i] + in[i - 1] + 1) >> 2);
    out[2 * i + 1] = static_cast<std::uint8_t>((3 * in[i] + in[i + 1] + 2) >> 2);
  }
}

TOPFIVE_TARGET void upsample_rows(const std::uint8_t* near, const std::uint8_t* far, int count, std::uint8_t* out) {
  for (int i = 0; i < count; ++i) {
    const int left = 3 * near[i - 1] + far[i - 1];
    const int middle = 3 * near[i] + far[i];
    const int right = 3 * near[i + 1] + far[i + 1];
    out[2 * i] = static_cast<std::uint8_t>((3 * middle + left + 8) >> 4);
    out[2 * i + 1] = static_cast<std::uint8_t>((3 * middle + right + 7) >> 4);
  }
}

TOPFIVE_TARGET void blend_rows(const std::uint8_t* near, const std::uint8_t* far, int count, int bias,
                               std::uint8_t* out) {
  for (int i = 0; i < count; ++i) out[i] = static_cast<std::uint8_t>((3 * near[i] + far[i] + bias) >> 2);
}

}  // namespace
}  // namespace topfive::image::jpeg
