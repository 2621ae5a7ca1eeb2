// Mean, standard deviation and principal components of colours, from sums of integers.
//
// Integers have no rounding, so the result is the same whatever the order of the pictures and the number of threads.
// The sums hold 2.8e14 pixels, which is more than 200 times ImageNet at 1,000 x 1,000.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "topfive/image/image.h"

namespace topfive::dataset {

struct ColourSums {
  std::uint64_t pixels = 0;
  std::array<std::uint64_t, 3> sum{};                     // of each channel; the first alone for grey
  std::array<std::array<std::uint64_t, 3>, 3> product{};  // of every two channels

  void add(const ColourSums& other);
};

// Of all pixels of one picture; grey or RGB, 8 bits.
ColourSums colour_sums(const image::Image& image);

// One axis along which colours vary, in units of [0, 1].
struct PrincipalComponent {
  double variance = 0.0;           // the eigenvalue of the covariance matrix
  std::array<double, 3> vector{};  // RGB, length 1; its largest element is positive
};

struct ColourStatistics {
  std::vector<double> mean;                        // one a channel, in units of [0, 1]
  std::vector<double> std;                         // over all pixels, divided by their number
  std::array<PrincipalComponent, 3> components{};  // largest first; zero for grey
};

// channels: 1 or 3. At least one pixel.
ColourStatistics colour_statistics(const ColourSums& sums, int channels);

}  // namespace topfive::dataset
