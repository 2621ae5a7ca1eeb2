// Saturation and sharpness: a blend of the picture with its grey or its smoothed version, Pillow's ImageEnhance bit for
// bit. Factors are >= 0; 1 changes nothing. `to` becomes a picture of the same size and type and must not share pixels
// with `from`. Thread-safe.
#pragma once

#include "topfive/image/image.h"

namespace topfive::image {

// Towards the grey version; a grey picture is copied.
void saturate(const Image& from, float factor, Image& to);
// Towards the mean of each pixel (five times) and its eight neighbours; pixels at the edges stay as they are.
void sharpen(const Image& from, float factor, Image& to);

}  // namespace topfive::image
