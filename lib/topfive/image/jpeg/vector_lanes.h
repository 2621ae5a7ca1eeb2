// What the kernels with vectors do alike, in terms of the instructions of one of them: TOPFIVE_TARGET is what their
// functions are compiled for.
//
// Vectors is a set of instructions on Register, named as Intel's are without their prefix; those that put two registers
// together do so within 128 bits. It also knows how blocks come into rows and samples leave them (load, broadcast,
// store_two), and whether a value is large.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "topfive/image/jpeg/kernels.h"

namespace topfive::image::jpeg {
namespace {

// Two factors of 16 bits for madd16.
constexpr int factor_pair(int first, int second) {
  return static_cast<int>((static_cast<unsigned>(second) << 16U) | (static_cast<unsigned>(first) & 0xffffU));
}

// Lanes as transform_blocks.h wants them: a row of V::kBlocks blocks.
template <class V>
struct VectorLanes : V {
  using Vector = typename V::Register;
  struct Wide {
    Vector low, high;
  };
  struct Pair {
    Vector low, high;
  };

  TOPFIVE_TARGET static TOPFIVE_INLINE Vector add(Vector a, Vector b) { return V::add16(a, b); }
  TOPFIVE_TARGET static TOPFIVE_INLINE Vector subtract(Vector a, Vector b) { return V::sub16(a, b); }
  TOPFIVE_TARGET static TOPFIVE_INLINE Vector multiply(Vector a, Vector b) { return V::mullo16(a, b); }
  TOPFIVE_TARGET static TOPFIVE_INLINE Wide add(const Wide& a, const Wide& b) {
    return {V::add32(a.low, b.low), V::add32(a.high, b.high)};
  }
  TOPFIVE_TARGET static TOPFIVE_INLINE Wide subtract(const Wide& a, const Wide& b) {
    return {V::sub32(a.low, b.low), V::sub32(a.high, b.high)};
  }
  TOPFIVE_TARGET static TOPFIVE_INLINE Pair pair(Vector a, Vector b) {
    return {V::unpacklo16(a, b), V::unpackhi16(a, b)};
  }
  TOPFIVE_TARGET static TOPFIVE_INLINE Wide dot(const Pair& pair, int x, int y) {
    const Vector factors = V::set32(factor_pair(x, y));
    return {V::madd16(pair.low, factors), V::madd16(pair.high, factors)};
  }
  TOPFIVE_TARGET static TOPFIVE_INLINE Wide widen(Vector a) {
    const Vector zero = V::set32(0);
    return {V::template srai32<3>(V::unpacklo16(zero, a)), V::template srai32<3>(V::unpackhi16(zero, a))};
  }
  template <int kShift>
  TOPFIVE_TARGET static TOPFIVE_INLINE Vector descale(const Wide& a) {
    const Vector half = V::set32(1 << (kShift - 1));
    return V::packs32(V::template srai32<kShift>(V::add32(a.low, half)),
                      V::template srai32<kShift>(V::add32(a.high, half)));
  }
  // Three rounds, in each of which rows that are four apart are put together.
  TOPFIVE_TARGET static TOPFIVE_INLINE void transpose(std::array<Vector, 8>& rows) {
    for (int round = 0; round < 3; ++round) {
      const std::array<Vector, 8> from = rows;
      for (std::size_t i = 0; i < 4; ++i) {
        rows[2 * i] = V::unpacklo16(from[i], from[i + 4]);
        rows[2 * i + 1] = V::unpackhi16(from[i], from[i + 4]);
      }
    }
  }
  TOPFIVE_TARGET static TOPFIVE_INLINE void store_transposed(const std::array<Vector, 8>& columns, std::uint8_t* out,
                                                             std::size_t stride) {
    const Vector p04 = V::packs16(columns[0], columns[4]);
    const Vector p15 = V::packs16(columns[1], columns[5]);
    const Vector p26 = V::packs16(columns[2], columns[6]);
    const Vector p37 = V::packs16(columns[3], columns[7]);
    const Vector c01 = V::unpacklo8(p04, p15);
    const Vector c45 = V::unpackhi8(p04, p15);
    const Vector c23 = V::unpacklo8(p26, p37);
    const Vector c67 = V::unpackhi8(p26, p37);
    store_four(V::unpacklo16(c01, c23), V::unpacklo16(c45, c67), out, stride);
    store_four(V::unpackhi16(c01, c23), V::unpackhi16(c45, c67), out + 4 * stride, stride);
  }
  // Four rows, of which `left` has the columns 0 to 3.
  TOPFIVE_TARGET static TOPFIVE_INLINE void store_four(Vector left, Vector right, std::uint8_t* out,
                                                       std::size_t stride) {
    V::store_two(V::unpacklo32(left, right), out, stride);
    V::store_two(V::unpackhi32(left, right), out + 2 * stride, stride);
  }
};

// Colours of as many pixels as there are lanes of 16 bits, not yet cut to bytes.
template <class V>
struct Pixels {
  typename V::Register red, green, blue;
};

// value * factor / 2^16, rounded, by way of twice the value and half the result.
template <class V>
TOPFIVE_TARGET TOPFIVE_INLINE typename V::Register scaled(typename V::Register value, int factor) {
  const auto product = V::mulhi16(V::add16(value, value), V::set16(factor));
  return V::template srai16<1>(V::add16(product, V::set16(1)));
}

// What red and blue take from green, less the whole of red.
template <class V>
TOPFIVE_TARGET TOPFIVE_INLINE typename V::Register green_share(typename V::Register blue, typename V::Register red) {
  using Lanes = VectorLanes<V>;
  return Lanes::template descale<16>(Lanes::dot(Lanes::pair(blue, red), kGreenOfBlue, kGreenOfRed));
}

template <class V>
TOPFIVE_TARGET TOPFIVE_INLINE Pixels<V> convert(const ColourRows& rows, int first) {
  const auto centre = V::set16(128);
  const auto luma = V::load_bytes(rows.luma + first);
  const auto blue = V::sub16(V::load_bytes(rows.blue + first), centre);
  const auto red = V::sub16(V::load_bytes(rows.red + first), centre);
  return {V::add16(luma, V::add16(red, scaled<V>(red, kRed))), V::add16(luma, V::sub16(green_share<V>(blue, red), red)),
          V::add16(luma, V::add16(V::add16(blue, blue), scaled<V>(blue, kBlue)))};
}

}  // namespace
}  // namespace topfive::image::jpeg
