#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <limits>

#define TOPFIVE_TARGET
#include "topfive/image/jpeg/combine_singles.h"
#include "topfive/image/jpeg/read_units.h"
#include "topfive/image/jpeg/transform_blocks.h"
#include "topfive/image/jpeg/unstuff_bytes.h"
#include "topfive/image/jpeg/upsample.h"

namespace topfive::image::jpeg {
namespace {

struct ScalarLanes {
  static constexpr int kBlocks = 1;
  using Vector = std::array<std::int16_t, 8>;
  using Wide = std::array<std::int32_t, 8>;
  struct Pair {
    Vector first, second;
  };

  template <class Function>
  static Vector each(const Function& function) {
    Vector result;
    for (std::size_t i = 0; i < 8; ++i) result[i] = static_cast<std::int16_t>(function(i));
    return result;
  }
  template <class Function>
  static Wide each_wide(const Function& function) {
    Wide result;
    for (std::size_t i = 0; i < 8; ++i) result[i] = function(i);
    return result;
  }

  static void load(const std::int16_t* block, std::array<Vector, 8>& rows) {
    std::memcpy(rows.data(), block, sizeof(rows));
  }
  static Vector broadcast(const std::int16_t* row) {
    return each([=](std::size_t i) { return row[i]; });
  }
  static Vector add(const Vector& a, const Vector& b) {
    return each([&](std::size_t i) { return a[i] + b[i]; });
  }
  static Vector subtract(const Vector& a, const Vector& b) {
    return each([&](std::size_t i) { return a[i] - b[i]; });
  }
  static Vector multiply(const Vector& a, const Vector& b) {
    return each([&](std::size_t i) { return a[i] * b[i]; });
  }
  static Wide add(const Wide& a, const Wide& b) {
    return each_wide([&](std::size_t i) { return a[i] + b[i]; });
  }
  static Wide subtract(const Wide& a, const Wide& b) {
    return each_wide([&](std::size_t i) { return a[i] - b[i]; });
  }
  static bool any_large(const Vector& a) {
    return std::any_of(a.begin(), a.end(), [](int value) { return std::abs(value) > kLargeCoefficient; });
  }
  static Pair pair(const Vector& a, const Vector& b) { return {a, b}; }
  static Wide dot(const Pair& pair, int x, int y) {
    return each_wide([&](std::size_t i) { return pair.first[i] * x + pair.second[i] * y; });
  }
  static Wide widen(const Vector& a) {
    return each_wide([&](std::size_t i) { return a[i] * 8192; });
  }
  template <int kShift>
  static Vector descale(const Wide& a) {
    return each([&](std::size_t i) { return std::clamp((a[i] + (1 << (kShift - 1))) >> kShift, -32768, 32767); });
  }
  static void transpose(std::array<Vector, 8>& rows) {
    for (std::size_t y = 0; y < 8; ++y) {
      for (std::size_t x = 0; x < y; ++x) std::swap(rows[y][x], rows[x][y]);
    }
  }
  static void store_transposed(const std::array<Vector, 8>& columns, std::uint8_t* out, std::size_t stride) {
    for (std::size_t y = 0; y < 8; ++y, out += stride) {
      for (std::size_t x = 0; x < 8; ++x) {
        out[x] = static_cast<std::uint8_t>(std::clamp(int{columns[x][y]}, -128, 127) + 128);
      }
    }
  }
};

// 16 bits of fraction, as libjpeg rounds them.
constexpr int kRed = 91881;          // 1.402
constexpr int kBlue = 116130;        // 1.772
constexpr int kGreenOfBlue = 22554;  // 0.34414
constexpr int kGreenOfRed = 46802;   // 0.71414
constexpr int kHalf = 1 << 15;

std::uint8_t to_byte(int value) { return static_cast<std::uint8_t>(std::clamp(value, 0, 255)); }

void to_rgb(const ColourRows& rows, int count, std::uint8_t* rgb) {
  for (int i = 0; i < count; ++i, rgb += 3) {
    const int luma = rows.luma[i];
    const int blue = rows.blue[i] - 128;
    const int red = rows.red[i] - 128;
    rgb[0] = to_byte(luma + ((kRed * red + kHalf) >> 16));
    rgb[1] = to_byte(luma + ((kHalf - kGreenOfBlue * blue - kGreenOfRed * red) >> 16));
    rgb[2] = to_byte(luma + ((kBlue * blue + kHalf) >> 16));
  }
}

// Whether all rows but the first are zero.
bool is_flat(const std::int16_t* block) {
  return std::all_of(block + 8, block + kBlockSize, [](std::int16_t value) { return value == 0; });
}

}  // namespace

// libjpeg-turbo does not compute the first pass where all rows but the first are zero: then it multiplies by 4, which
// wraps at 16 bits where the computation saturates.
void transform_carefully(const std::int16_t* blocks, int count, const std::int16_t* quantisation, std::uint8_t* out,
                         std::size_t stride) {
  for (; count > 0; --count, blocks += kBlockSize, out += 8) {
    std::array<ScalarLanes::Vector, 8> rows;
    ScalarLanes::load(blocks, rows);
    for (std::size_t i = 0; i < 8; ++i) rows[i] = ScalarLanes::multiply(rows[i], ScalarLanes::broadcast(quantisation + 8 * i));
    if (is_flat(blocks)) {
      for (std::int16_t& value : rows[0]) value = static_cast<std::int16_t>(value * 4);
      std::fill(rows.begin() + 1, rows.end(), rows[0]);
    } else {
      pass<ScalarLanes, kFirstPassShift>(rows);
    }
    ScalarLanes::transpose(rows);
    pass<ScalarLanes, kSecondPassShift>(rows);
    ScalarLanes::store_transposed(rows, out, stride);
  }
}

const Kernels& scalar_kernels() {
  static constexpr Kernels kKernels{"scalar", combine_singles, unstuff_bytes, read_units, transform_blocks_with<ScalarLanes>,
                                    upsample_row, upsample_rows, blend_rows, to_rgb};
  return kKernels;
}

const Kernels& fastest_kernels() {
  if (const Kernels* kernels = avx512_kernels()) return *kernels;
  if (const Kernels* kernels = avx2_kernels()) return *kernels;
  return scalar_kernels();
}

}  // namespace topfive::image::jpeg
