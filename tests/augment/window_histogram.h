// Where random windows lie and how large they are, counted, and compared with what another program counted.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include <opencv2/core/types.hpp>

namespace topfive::test {

inline constexpr int kBins = 10;

using WindowCounts = std::map<std::string, std::array<int, kBins>>;

inline std::size_t bin_of(int value, int most) {
  return static_cast<std::size_t>(std::min(kBins - 1, kBins * value / most));
}

inline void count_window(const cv::Rect& window, cv::Size picture, WindowCounts& counts) {
  ++counts["left"][bin_of(window.x, picture.width)];
  ++counts["top"][bin_of(window.y, picture.height)];
  ++counts["width"][bin_of(window.width, picture.width)];
  ++counts["height"][bin_of(window.height, picture.height)];
  ++counts["area"][bin_of(window.area(), picture.area())];
  ++counts["aspect"][bin_of(window.width, window.width + window.height)];
}

// Two samples from one distribution: chi-square with at most kBins degrees of freedom, kBins - 1 where they are equally
// large.
inline double chi_square(const std::array<int, kBins>& a, const std::vector<int>& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const double total = a[i] + b[i];
    if (total > 0) sum += (a[i] - b[i]) * static_cast<double>(a[i] - b[i]) / total;
  }
  return sum;
}

}  // namespace topfive::test
