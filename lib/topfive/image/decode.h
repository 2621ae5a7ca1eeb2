// From the bytes of an image file to RGB pixels.
//
// Files are hostile until checked: only JPEG and PNG are accepted, told by their magic bytes and
// never by the file name; the size in the header is checked before any pixel is decoded; a JPEG
// that libjpeg warns about (truncated, corrupt) is an error, never a picture with grey fill. EXIF
// orientation is ignored, as torchvision ignores it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>

#include "topfive/image/image.h"

namespace topfive::image {

// A picture that cannot be used. The text says why, without the file's name: the caller knows it.
class DecodeError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

enum class Format { kUnknown, kJpeg, kPng };

struct DecodeLimits {
  std::int64_t max_pixels = 178'956'970;  // Pillow's own decompression-bomb error limit
  int max_scans = 500;                    // scans of a progressive JPEG (decompression bombs)
};

Format sniff_format(std::span<const std::byte> bytes);

// channels: 3 gives RGB (grey replicated, CMYK and YCCK converted by Pillow's formula, alpha
// dropped, 16 bits scaled to 8), 1 gives grey (ITU-R 601 luma, as Pillow's "L"). Throws
// DecodeError. Thread-safe.
Image decode(std::span<const std::byte> bytes, int channels = 3, const DecodeLimits& limits = {});

}  // namespace topfive::image
