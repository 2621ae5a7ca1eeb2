// From pixels to the bytes of an image file.
//
// Equal pixels give equal bytes on one machine, whatever the thread. Thread-safe.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "topfive/image/image.h"

namespace topfive::image {

// Grey or RGB, 8 bits. std::runtime_error if the encoder fails, which memory alone can cause.
std::vector<std::byte> encode_png(const Image& image);

// Grey or RGB; quality 1 to 100 as libjpeg counts it, chroma at half resolution both ways, Huffman tables made for the
// picture. At most 65,500 pixels along a side: std::runtime_error above that.
std::vector<std::byte> encode_jpeg(const Image& image, int quality);

// The same picture in a smaller JPEG file: Huffman tables made for it, several scans become one, and nothing else is
// carried over than what the colours depend on (no EXIF, profile, thumbnail, comment). The coefficients are copied and
// not computed anew, so the pixels stay what they were. Throws DecodeError for a file that libjpeg complains about.
std::vector<std::byte> transcode_jpeg(std::span<const std::byte> jpeg);

}  // namespace topfive::image
