// Internal to the PNG decoder: the pixels of a file whose container was checked, by libpng.
#pragma once

#include <cstddef>
#include <span>

#include "topfive/image/image.h"

namespace topfive::image {

// RGB of the size that the header says: grey replicated, palette expanded, alpha dropped, the high byte of 16-bit
// samples. Throws DecodeError with libpng's words; nothing is printed. Thread-safe.
Image decode_png_pixels(std::span<const std::byte> file, cv::Size size);

}  // namespace topfive::image
