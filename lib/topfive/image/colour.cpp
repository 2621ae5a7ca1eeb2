#include "topfive/image/colour.h"

#include <array>
#include <cassert>
#include <cstdint>

#include <opencv2/imgproc.hpp>

namespace topfive::image {
namespace {

// 0.299, 0.587 and 0.114 in units of 2^-16; they add up to exactly 2^16, so grey stays as it is.
constexpr std::uint32_t kRedWeight = 19595;
constexpr std::uint32_t kGreenWeight = 38470;
constexpr std::uint32_t kBlueWeight = 7471;

std::uint8_t luma(const std::uint8_t* rgb) {
  const std::uint32_t sum = rgb[0] * kRedWeight + rgb[1] * kGreenWeight + rgb[2] * kBlueWeight;
  return static_cast<std::uint8_t>((sum + 0x8000U) >> 16);
}

// a * b / 255, rounded, by shifts.
int multiply_bytes(int a, int b) {
  const int product = a * b + 128;
  return ((product >> 8) + product) >> 8;
}

std::uint8_t blend(std::uint8_t degraded, std::uint8_t original, float factor) {
  const float value = static_cast<float>(degraded) + factor * static_cast<float>(int{original} - int{degraded});
  if (value <= 0.0F) return 0;
  if (value >= 255.0F) return 255;
  return static_cast<std::uint8_t>(value);
}

// Brightness and contrast blend with one constant, so 256 results say everything.
Image blend_with_constant(const Image& image, std::uint8_t constant, float factor) {
  cv::Mat table(1, 256, CV_8UC1);
  for (int value = 0; value < 256; ++value) {
    table.at<std::uint8_t>(value) = blend(constant, static_cast<std::uint8_t>(value), factor);
  }
  Image result;
  cv::LUT(image, table, result);
  return result;
}

std::uint8_t rounded_mean(const Image& grey) {
  std::int64_t sum = 0;
  for (int y = 0; y < grey.rows; ++y) {
    const auto* row = grey.ptr<std::uint8_t>(y);
    for (int x = 0; x < grey.cols; ++x) sum += row[x];
  }
  const double mean = static_cast<double>(sum) / static_cast<double>(grey.total());
  return static_cast<std::uint8_t>(mean + 0.5);
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

Image adjust_brightness(const Image& image, float factor) { return blend_with_constant(image, 0, factor); }

Image adjust_contrast(const Image& image, float factor) {
  const Image grey = image.channels() == 3 ? rgb_to_grey(image) : image;
  return blend_with_constant(image, rounded_mean(grey), factor);
}

Image adjust_saturation(const Image& rgb, float factor) {
  assert(rgb.type() == CV_8UC3);
  Image result(rgb.size(), CV_8UC3);
  for (int y = 0; y < rgb.rows; ++y) {
    const auto* from = rgb.ptr<std::uint8_t>(y);
    auto* to = result.ptr<std::uint8_t>(y);
    for (int x = 0; x < rgb.cols; ++x, from += 3, to += 3) {
      const std::uint8_t grey = luma(from);
      for (int c = 0; c < 3; ++c) to[c] = blend(grey, from[c], factor);
    }
  }
  return result;
}

}  // namespace topfive::image
