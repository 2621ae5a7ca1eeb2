// The inverse cosine transform, for the kernels of one instruction set: libjpeg's accurate integer method (its
// jidctint, after Loeffler, Ligtenberg and Moschytz, ICASSP 1989), in the arithmetic of libjpeg-turbo's vector code.
// There sums of two inputs wrap at 16 bits and the first pass saturates, which matters for damaged or made-up
// coefficients only; the results are equal for all.
//
// Lanes (see vector_lanes.h) is a vector of 16-bit values: row i of one block after the other. It offers
//   Vector  load(blocks, rows), broadcast(row of one block), add, subtract, multiply (low halves)
//   Wide    32-bit values of the same lanes: add, subtract
//   Pair    pair(a, b), and dot(pair, x, y): a * x + b * y as Wide
//   widen(a): a * 2^13 as Wide, descale<n>(wide): rounded, shifted, saturated to 16 bits
//   any_large(a): whether there is a value above kLargeCoefficient, by its absolute value
//   transpose(rows): of each block; store_transposed(rows, out, stride): saturated to 8 bits, 128 added
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "topfive/image/jpeg/kernels.h"

namespace topfive::image::jpeg {
namespace {

// Cosines as fractions of 2^13, as libjpeg rounds them.
constexpr int kFix0298 = 2446;
constexpr int kFix0390 = 3196;
constexpr int kFix0541 = 4433;
constexpr int kFix0765 = 6270;
constexpr int kFix0899 = 7373;
constexpr int kFix1175 = 9633;
constexpr int kFix1501 = 12299;
constexpr int kFix1847 = 15137;
constexpr int kFix1961 = 16069;
constexpr int kFix2053 = 16819;
constexpr int kFix2562 = 20995;
constexpr int kFix3072 = 25172;

// Digits that the first pass leaves behind the point, and what both passes remove.
constexpr int kFirstPassShift = 11;
constexpr int kSecondPassShift = 18;

template <class Lanes>
struct Halves {
  std::array<typename Lanes::Wide, 4> even;
  std::array<typename Lanes::Wide, 4> odd;
};

template <class Lanes>
TOPFIVE_TARGET TOPFIVE_INLINE void even_part(const std::array<typename Lanes::Vector, 8>& in, Halves<Lanes>& halves) {
  const auto pair = Lanes::pair(in[2], in[6]);
  const auto low = Lanes::dot(pair, kFix0541, kFix0541 - kFix1847);
  const auto high = Lanes::dot(pair, kFix0541 + kFix0765, kFix0541);
  const auto sum = Lanes::widen(Lanes::add(in[0], in[4]));
  const auto difference = Lanes::widen(Lanes::subtract(in[0], in[4]));
  halves.even = {Lanes::add(sum, high), Lanes::add(difference, low), Lanes::subtract(difference, low),
                 Lanes::subtract(sum, high)};
}

template <class Lanes>
TOPFIVE_TARGET TOPFIVE_INLINE void odd_part(const std::array<typename Lanes::Vector, 8>& in, Halves<Lanes>& halves) {
  const auto sums = Lanes::pair(Lanes::add(in[7], in[3]), Lanes::add(in[5], in[1]));
  const auto z3 = Lanes::dot(sums, kFix1175 - kFix1961, kFix1175);
  const auto z4 = Lanes::dot(sums, kFix1175, kFix1175 - kFix0390);
  const auto outer = Lanes::pair(in[7], in[1]);
  const auto inner = Lanes::pair(in[5], in[3]);
  halves.odd = {Lanes::add(Lanes::dot(outer, -kFix0899, kFix1501 - kFix0899), z4),
                Lanes::add(Lanes::dot(inner, -kFix2562, kFix3072 - kFix2562), z3),
                Lanes::add(Lanes::dot(inner, kFix2053 - kFix2562, -kFix2562), z4),
                Lanes::add(Lanes::dot(outer, kFix0298 - kFix0899, -kFix0899), z3)};
}

template <class Lanes, int kShift>
TOPFIVE_TARGET TOPFIVE_INLINE void pass(std::array<typename Lanes::Vector, 8>& rows) {
  Halves<Lanes> halves;
  even_part<Lanes>(rows, halves);
  odd_part<Lanes>(rows, halves);
  for (std::size_t i = 0; i < 4; ++i) {
    rows[i] = Lanes::template descale<kShift>(Lanes::add(halves.even[i], halves.odd[i]));
    rows[7 - i] = Lanes::template descale<kShift>(Lanes::subtract(halves.even[i], halves.odd[i]));
  }
}

template <class Lanes>
TOPFIVE_TARGET void transform_blocks_with(const std::int16_t* blocks, int count, const std::int16_t* quantisation,
                                          std::uint8_t* out, std::size_t stride) {
  std::array<typename Lanes::Vector, 8> scales;
  for (std::size_t i = 0; i < 8; ++i) scales[i] = Lanes::broadcast(quantisation + 8 * i);
  for (int block = 0; block < count; block += Lanes::kBlocks) {
    std::array<typename Lanes::Vector, 8> rows;
    Lanes::load(blocks, rows);
    for (std::size_t i = 0; i < 8; ++i) rows[i] = Lanes::multiply(rows[i], scales[i]);
    if (Lanes::any_large(rows[0])) [[unlikely]] {
      transform_carefully(blocks, Lanes::kBlocks, quantisation, out, stride);
      blocks += Lanes::kBlocks * kBlockSize;
      out += Lanes::kBlocks * 8;
      continue;
    }
    pass<Lanes, kFirstPassShift>(rows);
    Lanes::transpose(rows);
    pass<Lanes, kSecondPassShift>(rows);
    Lanes::store_transposed(rows, out, stride);
    blocks += Lanes::kBlocks * kBlockSize;
    out += Lanes::kBlocks * 8;
  }
}

}  // namespace
}  // namespace topfive::image::jpeg
