// JPEG files by libjpeg-turbo: accurate integer IDCT, fancy upsampling.
#pragma once

#include <cstddef>
#include <span>

#include "topfive/image/decode.h"

namespace topfive::image {

// Returns RGB for a file of three or four components, grey for one of one component. Any warning of
// libjpeg is an error, and so is a file above the limits. CMYK and YCCK become RGB as in Pillow,
// which takes every four-component file as Adobe's inverted CMYK, with or without Adobe's marker.
// Throws DecodeError. Thread-safe.
Image decode_jpeg(std::span<const std::byte> bytes, const DecodeLimits& limits);

}  // namespace topfive::image
