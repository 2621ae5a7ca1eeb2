// Removes byte stuffing, for kernels without a vector form of it.
#pragma once

#include <cstring>

#include "topfive/image/jpeg/kernels.h"

namespace topfive::image::jpeg {
namespace {

constexpr std::uint8_t kMarkerByte = 0xff;

// Whether one of eight bytes is FF.
TOPFIVE_TARGET TOPFIVE_INLINE bool has_marker_byte(std::uint64_t bytes) {
  return (bytes & (~bytes - 0x0101010101010101U) & 0x8080808080808080U) != 0;
}

// One byte at a time, up to `count` of them. False at a marker, or at the end of the file.
TOPFIVE_TARGET inline bool unstuff_few(const std::uint8_t*& raw, const std::uint8_t* raw_end, std::uint8_t*& out,
                                       int count) {
  for (; count > 0; --count) {
    if (raw == raw_end) return false;
    if (*raw == kMarkerByte) {
      if (raw_end - raw < 2 || raw[1] != 0) return false;
      ++raw;
      *out++ = kMarkerByte;
    } else {
      *out++ = *raw;
    }
    ++raw;
  }
  return true;
}

TOPFIVE_TARGET inline std::size_t unstuff_bytes(const std::uint8_t*& raw, const std::uint8_t* raw_end,
                                                std::uint8_t* out, std::size_t capacity) {
  constexpr std::ptrdiff_t kStep = sizeof(std::uint64_t);
  std::uint8_t* const begin = out;
  const std::uint8_t* const end = out + capacity;
  while (end - out >= static_cast<std::ptrdiff_t>(kUnstuffStep)) {
    std::uint64_t bytes = 0;
    if (raw_end - raw >= kStep) {
      std::memcpy(&bytes, raw, sizeof(bytes));
      if (!has_marker_byte(bytes)) {
        std::memcpy(out, &bytes, sizeof(bytes));
        raw += kStep;
        out += kStep;
        continue;
      }
    }
    if (!unstuff_few(raw, raw_end, out, kStep)) break;
  }
  return static_cast<std::size_t>(out - begin);
}

}  // namespace
}  // namespace topfive::image::jpeg
