#include "topfive/image/enhance.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <cstdint>
#include <cstring>

#include "topfive/image/blend.h"

namespace topfive::image {
namespace {

constexpr int kChunk = 256;  // pixels whose degraded version is computed before it is blended in

// The luma in all three channels.
void grey_pixels(const std::uint8_t* rgb, int count, std::uint8_t* out) {
  for (int x = 0; x < count; ++x, rgb += 3, out += 3) out[0] = out[1] = out[2] = luma(rgb);
}

// Of `count` values; neighbours in a row are `stride` values apart. 13 is odd, so no mean lies between two levels.
void smooth_values(const std::array<const std::uint8_t*, 3>& rows, std::ptrdiff_t stride, std::ptrdiff_t count,
                   std::uint8_t* out) {
  const auto [above, middle, below] = rows;
  for (std::ptrdiff_t i = 0; i < count; ++i) {
    const int sides = above[i - stride] + above[i] + above[i + stride] + middle[i - stride] + middle[i + stride] +
                      below[i - stride] + below[i] + below[i + stride];
    const auto sum = static_cast<std::uint16_t>(sides + 5 * middle[i] + 6);
    out[i] = static_cast<std::uint8_t>(sum / 13);
  }
}

void sharpen_row(const Image& from, int y, float factor, std::uint8_t* out) {
  const std::ptrdiff_t stride = from.channels();
  const std::ptrdiff_t end = (from.cols - 1) * stride;
  const std::array<const std::uint8_t*, 3> rows = {from.ptr(y - 1), from.ptr(y), from.ptr(y + 1)};
  std::memcpy(out, rows[1], static_cast<std::size_t>(stride));
  std::array<std::uint8_t, 3 * kChunk> smooth;
  for (std::ptrdiff_t first = stride; first < end; first += std::ssize(smooth)) {
    const std::ptrdiff_t count = std::min(std::ssize(smooth), end - first);
    smooth_values({rows[0] + first, rows[1] + first, rows[2] + first}, stride, count, smooth.data());
    blend_row(smooth.data(), rows[1] + first, static_cast<std::size_t>(count), factor, out + first);
  }
  std::memcpy(out + end, rows[1] + end, static_cast<std::size_t>(stride));
}

}  // namespace

void saturate(const Image& from, float factor, Image& to) {
  if (from.channels() == 1) return from.copyTo(to);
  to.create(from.size(), from.type());
  assert(to.data != from.data);
  std::array<std::uint8_t, 3 * kChunk> grey;
  for (int y = 0; y < from.rows; ++y) {
    for (int first = 0; first < from.cols; first += kChunk) {
      const int count = std::min(kChunk, from.cols - first);
      const std::uint8_t* pixels = from.ptr(y) + std::ptrdiff_t{3} * first;
      grey_pixels(pixels, count, grey.data());
      blend_row(grey.data(), pixels, 3 * static_cast<std::size_t>(count), factor,
                to.ptr(y) + std::ptrdiff_t{3} * first);
    }
  }
}

void sharpen(const Image& from, float factor, Image& to) {
  if (from.rows < 3 || from.cols < 3) return from.copyTo(to);
  to.create(from.size(), from.type());
  assert(to.data != from.data);
  const std::size_t bytes = static_cast<std::size_t>(from.cols) * static_cast<std::size_t>(from.channels());
  std::memcpy(to.ptr(0), from.ptr(0), bytes);
  for (int y = 1; y + 1 < from.rows; ++y) sharpen_row(from, y, factor, to.ptr(y));
  std::memcpy(to.ptr(from.rows - 1), from.ptr(from.rows - 1), bytes);
}

}  // namespace topfive::image
