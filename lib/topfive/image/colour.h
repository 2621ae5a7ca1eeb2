// Conversions of 8-bit pictures between grey and colour, with Pillow's arithmetic. Inputs are not written to.
// Thread-safe. What changes colours is in tone.h and enhance.h.
#pragma once

#include "topfive/image/image.h"

namespace topfive::image {

Image rgb_to_grey(const Image& rgb);                    // ITU-R 601 luma in 16-bit fixed point, Pillow's "L"
Image grey_to_rgb(const Image& grey);                   // replicated
Image with_channels(const Image& image, int channels);  // one of the two, or the same picture
// Four channels of Adobe's inverted CMYK (255 is no ink), as JPEG files hold it. Pillow's CMYK to
// RGB.
Image inverted_cmyk_to_rgb(const Image& cmyk);

}  // namespace topfive::image
