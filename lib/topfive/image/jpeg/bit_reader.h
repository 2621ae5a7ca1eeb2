// Bits of a buffer, the highest of each byte first, through a window of 64.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>

namespace topfive::image::jpeg {

#ifdef __GNUC__
#define TOPFIVE_INLINE __attribute__((always_inline)) inline
#define TOPFIVE_COLD __attribute__((noinline))
#else
#define TOPFIVE_INLINE inline
#define TOPFIVE_COLD
#endif

// Eight bytes as a number, the first of them highest.
TOPFIVE_INLINE std::uint64_t load_big_endian(const std::uint8_t* bytes) {
  std::uint64_t value = 0;
  std::memcpy(&value, bytes, sizeof(value));
  if constexpr (std::endian::native == std::endian::little) value = __builtin_bswap64(value);
  return value;
}

// Plain values, so that a loop can keep a copy in registers. The bytes from `next` on may already be in the window, in
// part: they are OR-ed in once more, which changes nothing.
struct BitReader {
  std::uint64_t window = 0;            // the next bit is the highest
  std::uint32_t left = 0;              // bits of the window that count, at most 63
  const std::uint8_t* next = nullptr;  // the first byte that does not count yet

  // At least 56 bits afterwards. Reads eight bytes from `next` on.
  TOPFIVE_INLINE void refill() {
    window |= load_big_endian(next) >> left;
    next += (63 - left) >> 3U;
    left |= 56U;
  }
  TOPFIVE_INLINE void skip(std::uint32_t count) {
    window <<= count;
    left -= count;
  }
  // `count` from 1 to 32.
  TOPFIVE_INLINE std::uint32_t peek(int count) const { return static_cast<std::uint32_t>(window >> (64 - count)); }
  // Gives back the last `count` bits that were skipped, at most 64.
  void go_back(std::uint32_t count) {
    left += count;
    if (left > 63) {  // there were refills since
      next -= (left - 56) >> 3U;
      left = 56U | (left & 7U);
    }
    window = load_big_endian(next - ((left + 7) >> 3U)) << ((0U - left) & 7U);
  }
  // In bits from the beginning of the buffer.
  std::int64_t position(const std::uint8_t* begin) const {
    return (next - begin) * 8 - static_cast<std::int64_t>(left);
  }
};

}  // namespace topfive::image::jpeg
