#include "topfive/image/blend.h"

namespace topfive::image {
void blend_row(const std::uint8_t* degraded, const std::uint8_t* original, std::size_t count, float factor,
               std::uint8_t* out) {
  for (std::size_t i = 0; i < count; ++i) out[i] = blended(degraded[i], original[i], factor);
}

std::uint8_t mean_luma(const Image& image) {
  const bool colour = image.channels() == 3;
  std::int64_t sum = 0;
  for (int y = 0; y < image.rows; ++y) {
    const auto* row = image.ptr<std::uint8_t>(y);
    std::uint32_t row_sum = 0;
    for (int x = 0; x < image.cols; ++x) row_sum += colour ? luma(row + 3 * x) : row[x];
    sum += row_sum;
  }
  const double mean = static_cast<double>(sum) / static_cast<double>(image.total());
  return static_cast<std::uint8_t>(mean + 0.5);
}

}  // namespace topfive::image
