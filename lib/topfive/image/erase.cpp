#include "topfive/image/erase.h"

#include <cmath>

namespace topfive::image {
namespace {

// The share of a normal distribution below a place that is `deviations` away from its mean.
double share_below(double deviations) { return 0.5 * std::erfc(-deviations / std::sqrt(2.0)); }

}  // namespace

NoiseLevels::NoiseLevels(double mean, double std) {
  int level = 0;
  for (std::size_t i = 0; i < levels_.size(); ++i) {
    const double share = (static_cast<double>(i) + 0.5) / static_cast<double>(levels_.size());
    while (level < 255 && share_below((level + 0.5 - mean) / std) < share) ++level;
    levels_[i] = static_cast<std::uint8_t>(level);
  }
}

void erase(Image& image, const cv::Rect& window, const Colour& colour) {
  if (!window.empty()) image(window).setTo(cv::Scalar(colour[0], colour[1], colour[2]));
}

void erase(Image& image, const cv::Rect& window, const std::array<NoiseLevels, 3>& channels,
           base::RandomStream random) {
  const int count = image.channels();
  for (int y = window.y; y < window.br().y; ++y) {
    std::uint8_t* out = image.ptr(y) + static_cast<std::ptrdiff_t>(window.x) * count;
    std::uint32_t bits = 0;
    for (int i = 0; i < window.width * count; ++i) {
      bits = i % 2 == 0 ? random.next_u32() : bits >> 16U;
      out[i] = channels[static_cast<std::size_t>(i % count)].level(static_cast<std::uint16_t>(bits & 0xffffU));
    }
  }
}

}  // namespace topfive::image
