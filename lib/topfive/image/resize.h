// Changing the size of pictures.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "topfive/image/image.h"

namespace topfive::image {

// The pil_ filters are Pillow's: they widen with the reduction factor (antialiasing) and are
// bit-exact. The cv_ filters are OpenCV's; of them only cv_area averages over all source pixels
// when it shrinks.
enum class Filter { kPilBilinear, kPilBicubic, kCvNearest, kCvLinear, kCvCubic, kCvArea };

// Names as configurations spell them ("pil_bilinear").
const std::vector<std::pair<std::string, Filter>>& filter_names();

// A new picture; neither size may be empty. Edges are clamped to the input, which may be a crop's
// view: pixels outside the view never count. Thread-safe.
Image resize(const Image& image, cv::Size size, Filter filter);

}  // namespace topfive::image
