// The inner loops of the decoder, once for every instruction set; all give the same bits.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "topfive/image/jpeg/entropy_bytes.h"
#include "topfive/image/jpeg/huffman_tables.h"
#include "topfive/image/jpeg/natural_order.h"

namespace topfive::image::jpeg {

// Blocks behind the last one of a run that kernels may read, and write to.
inline constexpr int kBlockSlack = 4;
// Samples behind the last one of a row that kernels may read, and write to.
inline constexpr int kSampleSlack = 128;

// One block of a unit (an MCU): its tables, and where it goes.
struct UnitBlock {
  const AcTable* ac = nullptr;
  const DcTable* dc = nullptr;
  int component = 0;
  std::size_t first = 0;    // where the block of the first unit goes, counted in coefficients
  std::size_t advance = 0;  // to that of the next unit
};

struct UnitPlan {
  std::array<UnitBlock, 6> blocks;
  int count = 0;
};

struct EntropyState {
  BitReader bits;
  std::array<std::int32_t, 3> dc{};  // predictions by component
};

struct UnitRange {
  int first;
  int end;
};

// Reads units of a range while bits.next <= limit. Returns the end of those that were read, or -1 for a stream that
// libjpeg has to decide about. Coefficients, in their natural order and not yet dequantised, go to their places in
// `out`; null drops them.
using ReadUnits = int (*)(EntropyState& state, const UnitPlan& plan, UnitRange units, const std::uint8_t* limit,
                          std::int16_t* out);

// Drops up to `units` units of each of two rows, side by side, while both bits.next are at most their limits. Returns
// how many were dropped of each, or -1 for a stream that libjpeg has to decide about.
using SkipTwo = int (*)(EntropyState& first, EntropyState& second, const UnitPlan& plan, int units,
                        const std::uint8_t* first_limit, const std::uint8_t* second_limit);

// Dequantises and transforms `count` blocks that lie side by side, by libjpeg's accurate integer method. `out` is the
// upper left sample; writes whole vectors, so up to kBlockSlack blocks more.
using TransformBlocks = void (*)(const std::int16_t* blocks, int count, const std::int16_t* quantisation,
                                 std::uint8_t* out, std::size_t stride);

// libjpeg's "fancy" (triangle) upsampling. A row of `count` samples that begins at `in` becomes 2 x count; the sample
// in front of `in` and the one behind the last are read too.
using UpsampleRow = void (*)(const std::uint8_t* in, int count, std::uint8_t* out);
// The same of a row between two: `near` counts three times, `far` once.
using UpsampleRows = void (*)(const std::uint8_t* near, const std::uint8_t* far, int count, std::uint8_t* out);
// Only down: (3 near + far + bias) / 4.
using BlendRows = void (*)(const std::uint8_t* near, const std::uint8_t* far, int count, int bias, std::uint8_t* out);

struct ColourRows {
  const std::uint8_t* luma;
  const std::uint8_t* blue;
  const std::uint8_t* red;
};
// Shares of the colour differences, fractions of 2^16, as libjpeg rounds them.
inline constexpr int kRed = 91881 - 65536;         // 1.402, less 1
inline constexpr int kBlue = 116130 - 131072;      // 1.772, less 2
inline constexpr int kGreenOfBlue = -22554;        // 0.34414
inline constexpr int kGreenOfRed = 65536 - 46802;  // 0.71414, subtracted from 1

// Rows of `count` samples as RGB.
using ToRgb = void (*)(const ColourRows& rows, int count, std::uint8_t* rgb);

struct Kernels {
  const char* name;
  CombineSingles combine_singles;
  Unstuff unstuff;
  ReadUnits read_units;
  SkipTwo skip_two;
  TransformBlocks transform_blocks;
  UpsampleRow upsample_row;
  UpsampleRows upsample_rows;
  BlendRows blend_rows;
  ToRgb to_rgb;
};

// For a few blocks, with what libjpeg-turbo does where coefficients are beyond what samples can give.
void transform_carefully(const std::int16_t* blocks, int count, const std::int16_t* quantisation, std::uint8_t* out,
                         std::size_t stride);
// Above this, dequantised coefficients of the first row take transform_carefully().
inline constexpr int kLargeCoefficient = 8191;

// Plain C++: the reference.
const Kernels& scalar_kernels();
// Null where the processor or the compiler lacks the instructions.
const Kernels* avx2_kernels();    // with BMI2
const Kernels* avx512_kernels();  // with VBMI2
// The fastest that this processor runs.
const Kernels& fastest_kernels();

}  // namespace topfive::image::jpeg
