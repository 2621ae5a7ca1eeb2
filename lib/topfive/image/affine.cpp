#include "topfive/image/affine.h"

#include <algorithm>
#include <bit>
#include <cassert>
#include <cmath>
#include <cstring>
#include <numbers>

#include "topfive/image/bilinear_pixel.h"

namespace topfive::image {
namespace {

constexpr int kChunk = 128;  // pixels whose places are computed before the first is fetched

// Rounds to the nearest integer, halves to even, in a way that compilers vectorise: adding 1.5 * 2^23 leaves no bits
// for a fraction. For values up to 2^22.
std::int32_t nearest_integer(float value) {
  constexpr float kShift = 12582912.0F;
  return std::bit_cast<std::int32_t>(value + kShift) - std::bit_cast<std::int32_t>(kShift);
}

// Places along one output row, as indexes of pixels: pixel 0 has its centre at 0.
struct RowPlaces {
  float x_step, x_start;
  float y_step, y_start;
};

RowPlaces places_of_row(const InverseAffine& map, int y) {
  const double middle = y + 0.5;
  return {static_cast<float>(map.xx), static_cast<float>(0.5 * map.xx + map.xy * middle + map.x0 - 0.5),
          static_cast<float>(map.yx), static_cast<float>(0.5 * map.yx + map.yy * middle + map.y0 - 0.5)};
}

void put_fill(const std::optional<Colour>& fill, int channels, std::uint8_t* out) {
  const Colour colour = fill.value_or(Colour{});
  std::memcpy(out, colour.data(), static_cast<std::size_t>(channels));
}

struct NearestChunk {
  std::array<std::int32_t, kChunk> offsets;  // in bytes from the first pixel; negative: outside

  void locate(const RowPlaces& row, int first_x, const Image& from) {
    const auto width = static_cast<std::uint32_t>(from.cols);
    const auto height = static_cast<std::uint32_t>(from.rows);
    const auto step = static_cast<std::int32_t>(from.step[0]);
    const auto channels = static_cast<std::int32_t>(from.channels());
    for (int i = 0; i < kChunk; ++i) {
      const auto column = static_cast<float>(first_x + i);
      const std::int32_t x = nearest_integer(row.x_step * column + row.x_start);
      const std::int32_t y = nearest_integer(row.y_step * column + row.y_start);
      const bool inside = (static_cast<std::uint32_t>(x) < width) & (static_cast<std::uint32_t>(y) < height);
      offsets[static_cast<std::size_t>(i)] = inside ? y * step + x * channels : -1;
    }
  }
};

template <int kChannels>
void nearest_row(const Image& from, const RowPlaces& row, const std::optional<Colour>& fill, std::uint8_t* out) {
  NearestChunk chunk;
  for (int first = 0; first < from.cols; first += kChunk) {
    chunk.locate(row, first, from);
    const int count = std::min(kChunk, from.cols - first);
    for (int i = 0; i < count; ++i, out += kChannels) {
      const std::int32_t offset = chunk.offsets[static_cast<std::size_t>(i)];
      if (offset >= 0) {
        std::memcpy(out, from.data + offset, kChannels);
      } else {
        put_fill(fill, kChannels, out);
      }
    }
  }
}

struct BilinearChunk {
  std::array<std::int32_t, kChunk> x, y;        // in units of 2^-kPlaceBits pixels
  std::array<std::int32_t, kChunk> offsets;     // of the upper left pixel of four inside the picture; negative: not so
  static constexpr std::int32_t kBeyond = -64;  // places further out than this are all the same

  void locate(const RowPlaces& row, int first_x, const Image& from) {
    constexpr float kUnit = 1 << kPlaceBits;
    const auto step = static_cast<std::int32_t>(from.step[0]);
    const auto channels = static_cast<std::int32_t>(from.channels());
    // One column is left out, because whole 32-bit words are read.
    const auto last_x = static_cast<std::uint32_t>(std::max(0, from.cols - 2));
    const auto last_y = static_cast<std::uint32_t>(std::max(0, from.rows - 1));
    for (int i = 0; i < kChunk; ++i) {
      const auto column = static_cast<float>(first_x + i);
      const auto index = static_cast<std::size_t>(i);
      x[index] = rounded_down(row.x_step * column + row.x_start, kUnit);
      y[index] = rounded_down(row.y_step * column + row.y_start, kUnit);
      const std::int32_t left = x[index] >> kPlaceBits;
      const std::int32_t top = y[index] >> kPlaceBits;
      const bool inside = (static_cast<std::uint32_t>(left) < last_x) & (static_cast<std::uint32_t>(top) < last_y);
      offsets[index] = inside ? top * step + left * channels : -1;
    }
  }

  // Conversion to integers cuts towards zero; above kBeyond that is made to mean down.
  static std::int32_t rounded_down(float place, float unit) {
    const float shifted = place - static_cast<float>(kBeyond);
    return static_cast<std::int32_t>(shifted * unit + 0.5F) + kBeyond * static_cast<std::int32_t>(unit);
  }
};

template <int kChannels>
void bilinear_row(const Image& from, const RowPlaces& row, const std::optional<Colour>& fill, std::uint8_t* out) {
  const EdgeMixer edges(from, fill);
  BilinearChunk chunk;
  for (int first = 0; first < from.cols; first += kChunk) {
    chunk.locate(row, first, from);
    const int count = std::min(kChunk, from.cols - first);
    for (int i = 0; i < count; ++i, out += kChannels) {
      const auto index = static_cast<std::size_t>(i);
      if (chunk.offsets[index] >= 0) {
        mix_four<kChannels>(from.data + chunk.offsets[index], from.step[0], chunk.x[index], chunk.y[index], out);
      } else {
        edges.mix(chunk.x[index], chunk.y[index], out);
      }
    }
  }
}

bool is_whole(double value) { return value == std::floor(value); }

// Every row of the output is then a piece of one row of the input.
bool moves_rows_by_pixels(const InverseAffine& map, Interpolation interpolation) {
  const bool rows_stay_level = map.xx == 1 && map.yx == 0 && map.yy == 1 && is_whole(map.y0);
  const bool by_whole_pixels = map.xy == 0 && is_whole(map.x0);
  return rows_stay_level && (interpolation == Interpolation::kNearest || by_whole_pixels);
}

void copy_moved_row(const Image& from, const RowPlaces& row, const std::optional<Colour>& fill, std::uint8_t* out) {
  const auto channels = static_cast<std::size_t>(from.channels());
  const std::int32_t y = nearest_integer(row.y_start);
  const std::int32_t shift = nearest_integer(row.x_start);  // output pixel x is input pixel x + shift
  const bool outside = y < 0 || y >= from.rows;
  const int begin = outside ? from.cols : std::clamp(-shift, 0, from.cols);
  const int end = outside ? from.cols : std::clamp(from.cols - shift, begin, from.cols);
  for (int x = 0; x < begin; ++x) put_fill(fill, from.channels(), out + static_cast<std::size_t>(x) * channels);
  if (end > begin) {
    std::memcpy(out + static_cast<std::size_t>(begin) * channels,
                from.ptr(y) + static_cast<std::size_t>(begin + shift) * channels,
                static_cast<std::size_t>(end - begin) * channels);
  }
  for (int x = end; x < from.cols; ++x) put_fill(fill, from.channels(), out + static_cast<std::size_t>(x) * channels);
}

using RowFunction = void (*)(const Image&, const RowPlaces&, const std::optional<Colour>&, std::uint8_t*);

RowFunction row_function(const InverseAffine& map, Interpolation interpolation, int channels) {
  if (moves_rows_by_pixels(map, interpolation)) return copy_moved_row;
  if (interpolation == Interpolation::kNearest) return channels == 3 ? nearest_row<3> : nearest_row<1>;
  return channels == 3 ? bilinear_row<3> : bilinear_row<1>;
}

}  // namespace

InverseAffine shear_rows(double factor) { return {.xy = factor}; }

InverseAffine shear_columns(double factor) { return {.yx = factor}; }

InverseAffine translation(double x, double y) { return {.x0 = -x, .y0 = -y}; }

InverseAffine rotation(double degrees, cv::Size size) {
  const double angle = degrees * std::numbers::pi / 180.0;
  const double cosine = std::cos(angle);
  const double sine = std::sin(angle);
  const double x = 0.5 * size.width;
  const double y = 0.5 * size.height;
  return {cosine, -sine, x - cosine * x + sine * y, sine, cosine, y - sine * x - cosine * y};
}

void affine(const Image& from, const InverseAffine& map, const AffineOptions& options, Image& to) {
  assert(from.depth() == CV_8U && (from.channels() == 1 || from.channels() == 3));
  to.create(from.size(), from.type());
  assert(to.data != from.data);
  const RowFunction write_row = row_function(map, options.interpolation, from.channels());
  for (int y = 0; y < from.rows; ++y) write_row(from, places_of_row(map, y), options.fill, to.ptr(y));
}

}  // namespace topfive::image
