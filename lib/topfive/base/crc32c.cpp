#include "topfive/base/crc32c.h"

#include <array>
#include <cstring>

#if defined(__x86_64__)
#include <nmmintrin.h>
#include <wmmintrin.h>
#endif

namespace topfive::base {
namespace {

using Table = std::array<std::uint32_t, 256>;

constexpr std::uint32_t kReflectedPolynomial = 0x82F63B78U;

// A polynomial times x, modulo that of the checksum. The coefficient of x^0 is the highest bit.
constexpr std::uint32_t times_x(std::uint32_t value) {
  return (value >> 1U) ^ ((value & 1U) != 0 ? kReflectedPolynomial : 0U);
}

// Slicing by eight (Kounavis and Berry, "Novel table lookup-based algorithms for high-performance CRC generation",
// 2008): table k holds what a byte contributes when k more bytes follow it.
constexpr std::array<Table, 8> make_tables() {
  std::array<Table, 8> tables{};
  for (std::uint32_t byte = 0; byte < 256; ++byte) {
    std::uint32_t value = byte;
    for (int bit = 0; bit < 8; ++bit) value = times_x(value);
    tables[0][byte] = value;
  }
  for (std::size_t k = 1; k < tables.size(); ++k) {
    for (std::size_t byte = 0; byte < 256; ++byte) {
      const std::uint32_t shorter = tables[k - 1][byte];
      tables[k][byte] = (shorter >> 8U) ^ tables[0][shorter & 0xFFU];
    }
  }
  return tables;
}

constexpr std::array<Table, 8> kTables = make_tables();

std::uint32_t add_byte(std::uint32_t state, std::byte byte) {
  return (state >> 8U) ^ kTables[0][(state ^ std::to_integer<std::uint32_t>(byte)) & 0xFFU];
}

std::uint32_t add_eight(std::uint32_t state, const std::byte* bytes) {
  const auto at = [&](std::size_t i) { return std::to_integer<std::uint32_t>(bytes[i]); };
  const std::uint32_t low = state ^ (at(0) | at(1) << 8U | at(2) << 16U | at(3) << 24U);
  return kTables[7][low & 0xFFU] ^ kTables[6][low >> 8U & 0xFFU] ^ kTables[5][low >> 16U & 0xFFU] ^
         kTables[4][low >> 24U] ^ kTables[3][at(4)] ^ kTables[2][at(5)] ^ kTables[1][at(6)] ^ kTables[0][at(7)];
}

#if defined(__x86_64__)

constexpr std::uint32_t power_of_x(std::size_t exponent) {
  std::uint32_t value = 0x80000000U;
  for (std::size_t i = 0; i < exponent; ++i) value = times_x(value);
  return value;
}

std::uint64_t load_word(const std::byte* bytes) {
  std::uint64_t word = 0;
  std::memcpy(&word, bytes, sizeof(word));
  return word;
}

__attribute__((target("sse4.2"))) std::uint32_t add_bytes(std::uint32_t state, std::span<const std::byte> bytes) {
  std::uint64_t wide = state;
  for (; bytes.size() >= 8; bytes = bytes.subspan(8)) wide = _mm_crc32_u64(wide, load_word(bytes.data()));
  auto rest = static_cast<std::uint32_t>(wide);
  for (const std::byte byte : bytes) rest = _mm_crc32_u8(rest, std::to_integer<unsigned char>(byte));
  return rest;
}

// What the state becomes when kBytes zeros follow, which is a multiplication by x^(8 kBytes). The product of two
// reflected polynomials is reflected in 63 bits, so it stands one bit too low in 64; the instruction then multiplies by
// x^32 and takes the remainder. Both together are x^33 too much.
template <std::size_t kBytes>
__attribute__((target("sse4.2,pclmul"))) std::uint32_t add_zeros(std::uint32_t state) {
  constexpr std::uint32_t kFactor = power_of_x(8 * kBytes - 33);
  const __m128i product =
      _mm_clmulepi64_si128(_mm_cvtsi64_si128(std::int64_t{state}), _mm_cvtsi64_si128(std::int64_t{kFactor}), 0);
  return static_cast<std::uint32_t>(_mm_crc32_u64(0, static_cast<std::uint64_t>(_mm_cvtsi128_si64(product))));
}

// Three pieces of kBytes at once: the instruction gives its result after three cycles, but one can begin in each.
// Gopal et al., "Fast CRC computation for iSCSI polynomial using CRC32 instruction", Intel, 2011.
template <std::size_t kBytes>
__attribute__((target("sse4.2,pclmul"))) std::uint32_t add_three_pieces(std::uint32_t state, const std::byte* bytes) {
  std::uint64_t first = state;
  std::uint64_t second = 0;
  std::uint64_t third = 0;
  for (std::size_t i = 0; i < kBytes; i += 8) {
    first = _mm_crc32_u64(first, load_word(bytes + i));
    second = _mm_crc32_u64(second, load_word(bytes + kBytes + i));
    third = _mm_crc32_u64(third, load_word(bytes + 2 * kBytes + i));
  }
  return add_zeros<2 * kBytes>(static_cast<std::uint32_t>(first)) ^
         add_zeros<kBytes>(static_cast<std::uint32_t>(second)) ^ static_cast<std::uint32_t>(third);
}

std::uint32_t crc32c_with_products(std::span<const std::byte> bytes, std::uint32_t before) {
  constexpr std::size_t kLong = 2048;  // putting the pieces together costs then less than a twentieth
  constexpr std::size_t kShort = 128;
  std::uint32_t state = ~before;
  for (; bytes.size() >= 3 * kLong; bytes = bytes.subspan(3 * kLong)) {
    state = add_three_pieces<kLong>(state, bytes.data());
  }
  for (; bytes.size() >= 3 * kShort; bytes = bytes.subspan(3 * kShort)) {
    state = add_three_pieces<kShort>(state, bytes.data());
  }
  return ~add_bytes(state, bytes);
}

bool has_instruction() {
  static const bool kHas = __builtin_cpu_supports("sse4.2") != 0;
  return kHas;
}

bool has_products() {
  static const bool kHas = has_instruction() && __builtin_cpu_supports("pclmul") != 0;
  return kHas;
}

#endif

}  // namespace

std::uint32_t crc32c_portable(std::span<const std::byte> bytes, std::uint32_t before) {
  std::uint32_t state = ~before;
  while (bytes.size() >= 8) {
    state = add_eight(state, bytes.data());
    bytes = bytes.subspan(8);
  }
  for (const std::byte byte : bytes) state = add_byte(state, byte);
  return ~state;
}

std::uint32_t crc32c(std::span<const std::byte> bytes, std::uint32_t before) {
#if defined(__x86_64__)
  if (has_products()) return crc32c_with_products(bytes, before);
  if (has_instruction()) return ~add_bytes(~before, bytes);
#endif
  return crc32c_portable(bytes, before);
}

}  // namespace topfive::base
