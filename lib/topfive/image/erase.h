// Covering a part of a picture with one colour or with noise.
#pragma once

#include <array>
#include <cstdint>

#include "topfive/base/random_stream.h"
#include "topfive/image/affine.h"
#include "topfive/image/image.h"

namespace topfive::image {

// Grey levels with a normal distribution, rounded, what lies outside 0 to 255 moved to the nearer end.
class NoiseLevels {
 public:
  NoiseLevels(double mean, double std);
  std::uint8_t level(std::uint16_t random) const { return levels_[random >> 4U]; }  // of 16 random bits

 private:
  std::array<std::uint8_t, 4096> levels_{};  // quantiles
};

// The window lies inside the picture, whose pixels are changed; it may be empty.
void erase(Image& image, const cv::Rect& window, const Colour& colour);
// Every value on its own, from a stream that is used up row by row.
void erase(Image& image, const cv::Rect& window, const std::array<NoiseLevels, 3>& channels, base::RandomStream random);

}  // namespace topfive::image
