// What the header of an image file says, without decoding a pixel.
#pragma once

#include <cstddef>
#include <span>

#include "topfive/image/decode.h"

namespace topfive::image {

struct PictureFacts {
  Format format = Format::kUnknown;
  int width = 0;  // pixels, as stored: before any EXIF rotation
  int height = 0;
  int components = 0;        // JPEG: 1 grey, 3 colour, 4 CMYK or YCCK; PNG: 1 grey or palette, 2, 3, 4 with alpha
  int bits = 8;              // per component
  bool progressive = false;  // JPEG of several scans, or interlaced PNG
  int orientation = 1;       // EXIF's, 1 to 8; 1 is upright, and what a file without the tag has
  // Luma's sampling factors over chroma's, 2x2 for the usual 4:2:0; 1x1 where there is no chroma; 0x0 where the
  // factors are none of 1 and 2 or differ between the two chroma components.
  int horizontal_sampling = 1;
  int vertical_sampling = 1;

  // Pixels that Pillow would convert from ink.
  bool is_cmyk() const { return format == Format::kJpeg && components == 4; }
};

// Reads markers or chunks up to the first that begins the pixels. Throws DecodeError (kNotAnImage, kUnsupported,
// kTooLarge by the limits, kTruncated, kDamaged). A broken EXIF block counts as none. Thread-safe, no allocation
// beyond the message of an error.
PictureFacts probe(std::span<const std::byte> bytes, const DecodeLimits& limits = {});

}  // namespace topfive::image
