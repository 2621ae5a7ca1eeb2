// Pictures that tests make up, and checksums of pictures.
#pragma once

#include <cstdint>

#include "topfive/image/image.h"

namespace topfive::test {

// The formula of the golden scripts: hashed positions; only black and white where seed is a
// multiple of 3.
image::Image formula_picture(cv::Size size, int channels, std::uint64_t seed);

// Gradients, so that compression and chroma subsampling do not turn it into noise.
image::Image smooth_picture(cv::Size size, int channels);

// CRC-32 of the pixels, row by row.
std::uint32_t checksum(const image::Image& image);

// Same size, same type, same pixels.
bool same_pixels(const image::Image& a, const image::Image& b);

}  // namespace topfive::test
