// PNG files: our own check of the container, then libpng for the pixels.
#pragma once

#include <cstddef>
#include <span>

#include "topfive/image/decode.h"

namespace topfive::image {

// Returns RGB: grey replicated, palette expanded, alpha dropped, the high byte of 16-bit samples.
// The chunks are walked first: a missing end, a wrong checksum of a critical chunk or a size above
// the limit is an error before libpng sees the file. Ancillary chunks (text, profiles, EXIF) never
// reach it. Throws DecodeError. Thread-safe.
Image decode_png(std::span<const std::byte> bytes, const DecodeLimits& limits);

}  // namespace topfive::image
