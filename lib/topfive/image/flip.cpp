#include "topfive/image/flip.h"

namespace topfive::image {

Image flip_horizontally(const Image& image) {
  constexpr int kAroundVerticalAxis = 1;
  Image result;
  cv::flip(image, result, kAroundVerticalAxis);
  return result;
}

}  // namespace topfive::image
