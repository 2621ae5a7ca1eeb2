// Cutting windows out of pictures.
#pragma once

#include <cstdint>

#include "topfive/image/image.h"

namespace topfive::image {

// The window as a view of the same pixels: no copy. It must lie inside the picture and not be
// empty.
Image crop(const Image& image, const cv::Rect& window);

// The same as a new picture; the window may reach over the edges, and what lies outside gets the
// value `fill` in every channel. Padding and cropping in one step: the padded picture never exists.
Image crop_with_border(const Image& image, const cv::Rect& window, std::uint8_t fill);

}  // namespace topfive::image
