// Mirroring.
#pragma once

#include "topfive/image/image.h"

namespace topfive::image {

// Left and right exchanged, as a new picture.
Image flip_horizontally(const Image& image);

}  // namespace topfive::image
