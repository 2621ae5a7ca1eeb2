#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <limits>

#define TOPFIVE_TARGET
#include "topfive/image/jpeg/combine_singles.h"
#include "topfive/image/jpeg/read_units.h"
#include "topfive/image/jpeg/skip_two.h"
#include "topfive/image/jpeg/transform_blocks.h"
#include "topfive/image/jpeg/unstuff_bytes.h"
#include "topfive/image/jpeg/upsample.h"

namespace topfive::image::jpeg {
namespace {

// One column or row at a time: a vector of one lane.
struct ScalarLane {
  using Vector = std::int16_t;
  using Wide = std::int32_t;
  struct Pair {
    std::int16_t first, second;
  };

  static Vector add(Vector a, Vector b) { return static_cast<Vector>(a + b); }
  static Vector subtract(Vector a, Vector b) { return static_cast<Vector>(a - b); }
  static Wide add(Wide a, Wide b) { return a + b; }
  static Wide subtract(Wide a, Wide b) { return a - b; }
  static Pair pair(Vector a, Vector b) { return {a, b}; }
  static Wide dot(const Pair& pair, int x, int y) { return pair.first * x + pair.second * y; }
  static Wide widen(Vector a) { return a * (1 << 13); }
  template <int kShift>
  static Vector descale(Wide a) {
    return static_cast<Vector>(std::clamp((a + (1 << (kShift - 1))) >> kShift, -32768, 32767));
  }
};

using Block = std::array<std::int16_t, kBlockSize>;

Block dequantised(const std::int16_t* block, const std::int16_t* quantisation) {
  Block values;
  for (std::size_t i = 0; i < kBlockSize; ++i) values[i] = static_cast<std::int16_t>(block[i] * quantisation[i]);
  return values;
}

// A loop over columns, which compilers turn into vectors; rows are columns of the transposed block.
template <int kShift>
void transform_columns(Block& block) {
  for (std::size_t x = 0; x < 8; ++x) {
    std::array<std::int16_t, 8> column;
    for (std::size_t y = 0; y < 8; ++y) column[y] = block[8 * y + x];
    pass<ScalarLane, kShift>(column);
    for (std::size_t y = 0; y < 8; ++y) block[8 * y + x] = column[y];
  }
}

Block transposed(const Block& block) {
  Block result;
  for (std::size_t y = 0; y < 8; ++y) {
    for (std::size_t x = 0; x < 8; ++x) result[8 * x + y] = block[8 * y + x];
  }
  return result;
}

void transform_rows(const Block& block, std::uint8_t* out, std::size_t stride) {
  Block columns = transposed(block);
  transform_columns<kSecondPassShift>(columns);
  const Block rows = transposed(columns);
  for (std::size_t y = 0; y < 8; ++y, out += stride) {
    for (std::size_t x = 0; x < 8; ++x)
      out[x] = static_cast<std::uint8_t>(std::clamp<int>(rows[8 * y + x], -128, 127) + 128);
  }
}

bool has_large(const Block& block) {
  return std::any_of(block.begin(), block.begin() + 8, [](int value) { return std::abs(value) > kLargeCoefficient; });
}

// Whether all rows but the first are zero.
bool is_flat(const std::int16_t* block) {
  return std::all_of(block + 8, block + kBlockSize, [](std::int16_t value) { return value == 0; });
}

void transform_blocks(const std::int16_t* blocks, int count, const std::int16_t* quantisation, std::uint8_t* out,
                      std::size_t stride) {
  for (; count > 0; --count, blocks += kBlockSize, out += 8) {
    Block values = dequantised(blocks, quantisation);
    if (has_large(values)) {
      transform_carefully(blocks, 1, quantisation, out, stride);
      continue;
    }
    transform_columns<kFirstPassShift>(values);
    transform_rows(values, out, stride);
  }
}

constexpr int kHalf = 1 << 15;

// value * factor / 2^16, rounded, by way of twice the value and half the result: vectors have such a product.
std::int16_t scaled(std::int16_t value, std::int16_t factor) {
  const auto twice = static_cast<std::int16_t>(2 * value);
  return static_cast<std::int16_t>(((twice * factor >> 16) + 1) >> 1);
}

constexpr int kStep = 64;  // pixels

struct PixelBytes {
  std::array<std::uint8_t, kStep> red, green, blue;
};

std::uint8_t to_byte(int value) { return static_cast<std::uint8_t>(std::clamp(value, 0, 255)); }

// A loop that compilers turn into vectors.
void convert(const ColourRows& rows, int first, PixelBytes& pixels) {
  for (std::size_t i = 0; i < kStep; ++i) {
    const std::size_t at = static_cast<std::size_t>(first) + i;
    const std::int16_t luma = rows.luma[at];
    const auto blue = static_cast<std::int16_t>(rows.blue[at] - 128);
    const auto red = static_cast<std::int16_t>(rows.red[at] - 128);
    pixels.red[i] = to_byte(luma + red + scaled(red, kRed));
    pixels.green[i] = to_byte(luma - red + ((kHalf + kGreenOfBlue * blue + kGreenOfRed * red) >> 16));
    pixels.blue[i] = to_byte(luma + 2 * blue + scaled(blue, kBlue));
  }
}

// Writes a byte more than a pixel has, which the next one overwrites.
void to_rgb(const ColourRows& rows, int count, std::uint8_t* rgb) {
  PixelBytes pixels;
  for (int first = 0; first < count; first += kStep) {
    convert(rows, first, pixels);
    for (std::size_t i = 0; i < kStep; ++i, rgb += 3) {
      const std::uint32_t pixel = pixels.red[i] | static_cast<std::uint32_t>(pixels.green[i]) << 8U |
                                  static_cast<std::uint32_t>(pixels.blue[i]) << 16U;
      std::memcpy(rgb, &pixel, sizeof(pixel));
    }
  }
}

}  // namespace

// libjpeg-turbo does not compute the first pass where all rows but the first are zero: then it multiplies by 4, which
// wraps at 16 bits where the computation saturates.
void transform_carefully(const std::int16_t* blocks, int count, const std::int16_t* quantisation, std::uint8_t* out,
                         std::size_t stride) {
  for (; count > 0; --count, blocks += kBlockSize, out += 8) {
    Block values = dequantised(blocks, quantisation);
    if (is_flat(blocks)) {
      for (std::size_t i = 0; i < 8; ++i) values[i] = static_cast<std::int16_t>(values[i] * 4);
      for (std::size_t i = 8; i < kBlockSize; ++i) values[i] = values[i - 8];
    } else {
      transform_columns<kFirstPassShift>(values);
    }
    transform_rows(values, out, stride);
  }
}

const Kernels& scalar_kernels() {
  static constexpr Kernels kKernels{"scalar",         combine_singles, unstuff_bytes, read_units, skip_two,
                                    transform_blocks, upsample_row,    upsample_rows, blend_rows, to_rgb};
  return kKernels;
}

const Kernels& fastest_kernels() {
  if (const Kernels* kernels = avx512_kernels()) return *kernels;
  if (const Kernels* kernels = avx2_kernels()) return *kernels;
  return scalar_kernels();
}

}  // namespace topfive::image::jpeg
