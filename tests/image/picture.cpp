#include "image/picture.h"

#include <algorithm>
#include <cmath>

#include <zlib.h>

namespace topfive::test {

image::Image formula_picture(cv::Size size, int channels, std::uint64_t seed) {
  image::Image image(size, CV_8UC(channels));
  for (std::size_t i = 0; i < image.total() * image.elemSize(); ++i) {
    auto value = static_cast<std::uint32_t>(i * 2654435761U + seed * 40503U);
    value ^= value >> 15;
    value *= 2246822519U;
    value ^= value >> 13;
    value &= 255U;
    if (seed % 3 == 0) value = value >= 128 ? 255 : 0;
    image.data[i] = static_cast<std::uint8_t>(value);
  }
  return image;
}

image::Image smooth_picture(cv::Size size, int channels) {
  image::Image image(size, CV_8UC(channels));
  for (int y = 0; y < size.height; ++y) {
    auto* row = image.ptr<std::uint8_t>(y);
    for (int x = 0; x < size.width; ++x) {
      for (int c = 0; c < channels; ++c) {
        const double value = 128 + 80 * std::sin(x / (5.0 + c)) + 60 * std::cos(y / (4.0 + c) + x / 9.0);
        row[x * channels + c] = static_cast<std::uint8_t>(std::clamp(value, 0.0, 255.0));
      }
    }
  }
  return image;
}

std::uint32_t checksum(const image::Image& image) {
  uLong sum = crc32_z(0, nullptr, 0);
  const std::size_t row_bytes = static_cast<std::size_t>(image.cols) * image.elemSize();
  for (int y = 0; y < image.rows; ++y) sum = crc32_z(sum, image.ptr(y), row_bytes);
  return static_cast<std::uint32_t>(sum);
}

bool same_pixels(const image::Image& a, const image::Image& b) {
  return a.size() == b.size() && a.type() == b.type() && cv::norm(a, b, cv::NORM_INF) == 0.0;
}

}  // namespace topfive::test
