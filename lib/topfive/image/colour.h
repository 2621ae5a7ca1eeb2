// Colour conversions and adjustments of 8-bit pictures, with Pillow's arithmetic.
//
// The blends are those of Pillow's ImageEnhance, bit for bit (float32 arithmetic, truncation):
// torchvision's ColorJitter calls them for PIL pictures. A factor of 1 gives the picture back, 0
// the fully degraded one; factors above 1 extrapolate and clip. Factors are >= 0. Inputs are not
// written to. Thread-safe.
#pragma once

#include "topfive/image/image.h"

namespace topfive::image {

Image rgb_to_grey(const Image& rgb);                    // ITU-R 601 luma in 16-bit fixed point, Pillow's "L"
Image grey_to_rgb(const Image& grey);                   // replicated
Image with_channels(const Image& image, int channels);  // one of the two, or the same picture
// Four channels of Adobe's inverted CMYK (255 is no ink), as JPEG files hold it. Pillow's CMYK to
// RGB.
Image inverted_cmyk_to_rgb(const Image& cmyk);

// Towards black.
Image adjust_brightness(const Image& image, float factor);
// Towards the mean of the grey version, rounded to a whole grey level.
Image adjust_contrast(const Image& image, float factor);
// Towards the grey version; three channels only.
Image adjust_saturation(const Image& rgb, float factor);

}  // namespace topfive::image
