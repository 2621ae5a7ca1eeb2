#include "topfive/image/colour.h"

#include <cassert>
#include <cstdint>

#include <opencv2/imgproc.hpp>

#include "topfive/image/blend.h"

namespace topfive::image {
namespace {

// a * b / 255, rounded, by shifts.
int multiply_bytes(int a, int b) {
  const int product = a * b + 128;
  return ((product >> 8) + product) >> 8;
}

}  // namespace

Image rgb_to_grey(const Image& rgb) {
  assert(rgb.type() == CV_8UC3);
  Image grey(rgb.size(), CV_8UC1);
  for (int y = 0; y < rgb.rows; ++y) {
    const auto* from = rgb.ptr<std::uint8_t>(y);
    auto* to = grey.ptr<std::uint8_t>(y);
    for (int x = 0; x < rgb.cols; ++x) to[x] = luma(from + 3 * x);
  }
  return grey;
}

Image grey_to_rgb(const Image& grey) {
  assert(grey.type() == CV_8UC1);
  Image rgb;
  cv::cvtColor(grey, rgb, cv::COLOR_GRAY2RGB);
  return rgb;
}

Image with_channels(const Image& image, int channels) {
  if (image.channels() == channels) return image;
  return channels == 1 ? rgb_to_grey(image) : grey_to_rgb(image);
}

Image inverted_cmyk_to_rgb(const Image& cmyk) {
  assert(cmyk.type() == CV_8UC4);
  Image rgb(cmyk.size(), CV_8UC3);
  for (int y = 0; y < cmyk.rows; ++y) {
    const auto* from = cmyk.ptr<std::uint8_t>(y);
    auto* to = rgb.ptr<std::uint8_t>(y);
    for (int x = 0; x < cmyk.cols; ++x, from += 4, to += 3) {
      const int light = from[3];
      for (int c = 0; c < 3; ++c) {
        to[c] = static_cast<std::uint8_t>(light - multiply_bytes(255 - from[c], light));
      }
    }
  }
  return rgb;
}

}  // namespace topfive::image
