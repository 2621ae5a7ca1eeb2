// Pillow's antialiased resampling, bit for bit in 8 bits, as of Pillow 12 and before.
//
// Separable: rows first, rounded to 8 bits, then columns. A kernel is stretched by the reduction factor, cut at the
// picture's edges, normalised in double precision and rounded to 22-bit fixed point. Pillow 13 begins with the
// columns where that is cheaper and then differs in some pixels by the rounding in between; the published
// accuracies of torchvision's weights stem from the order kept here.
#pragma once

#include "topfive/image/image.h"

namespace topfive::image {

enum class PilKernel { kBilinear, kBicubic };

// 1 or 3 channels. Memory beyond the result: a few rows. Thread-safe.
Image pil_resample(const Image& image, cv::Size size, PilKernel kernel);

}  // namespace topfive::image
