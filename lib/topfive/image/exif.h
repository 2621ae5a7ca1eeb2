// The orientation that a camera noted in a picture's EXIF block.
#pragma once

#include <cstddef>
#include <span>

#include "topfive/image/image.h"

namespace topfive::image {

// Of a TIFF structure, as it follows "Exif\0\0" in JPEG files and stands alone in PNG's eXIf chunk. 1 to 8; 1 where the
// tag is missing, out of range, or the structure is broken. Source: EXIF 2.3, section 4.6.4, tag 274. Never throws.
int exif_orientation(std::span<const std::byte> tiff);

// The picture turned and mirrored so that it is upright, as Pillow's ImageOps.exif_transpose does it.
Image apply_orientation(const Image& image, int orientation);

}  // namespace topfive::image
