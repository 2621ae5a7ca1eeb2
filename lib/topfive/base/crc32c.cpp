#include "topfive/base/crc32c.h"

#include <array>
#include <cstring>

#if defined(__x86_64__)
#include <nmmintrin.h>
#endif

namespace topfive::base {
namespace {

using Table = std::array<std::uint32_t, 256>;

// Slicing by eight (Kounavis and Berry, "Novel table lookup-based algorithms for high-performance CRC generation",
// 2008): table k holds what a byte contributes when k more bytes follow it.
constexpr std::array<Table, 8> make_tables() {
  constexpr std::uint32_t kReflectedPolynomial = 0x82F63B78U;
  std::array<Table, 8> tables{};
  for (std::uint32_t byte = 0; byte < 256; ++byte) {
    std::uint32_t value = byte;
    for (int bit = 0; bit < 8; ++bit) value = (value >> 1U) ^ ((value & 1U) != 0 ? kReflectedPolynomial : 0U);
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

__attribute__((target("sse4.2"))) std::uint32_t crc32c_sse42(std::span<const std::byte> bytes, std::uint32_t before) {
  std::uint64_t state = ~before;
  while (bytes.size() >= 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes.data(), 8);
    state = _mm_crc32_u64(state, word);
    bytes = bytes.subspan(8);
  }
  auto rest = static_cast<std::uint32_t>(state);
  for (const std::byte byte : bytes) rest = _mm_crc32_u8(rest, std::to_integer<unsigned char>(byte));
  return ~rest;
}

bool has_instruction() {
  static const bool kHas = __builtin_cpu_supports("sse4.2") != 0;
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
  if (has_instruction()) return crc32c_sse42(bytes, before);
#endif
  return crc32c_portable(bytes, before);
}

}  // namespace topfive::base
