#include "topfive/image/crop.h"

#include <cassert>

namespace topfive::image {

Image crop(const Image& image, const cv::Rect& window) {
  assert(!window.empty() && (window & cv::Rect(cv::Point(), image.size())) == window);
  return image(window);
}

Image crop_with_border(const Image& image, const cv::Rect& window, std::uint8_t fill) {
  Image result(window.size(), image.type(), cv::Scalar::all(fill));
  const cv::Rect inside = window & cv::Rect(cv::Point(), image.size());
  if (!inside.empty()) image(inside).copyTo(result(inside - window.tl()));
  return result;
}

}  // namespace topfive::image
