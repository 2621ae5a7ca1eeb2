// Shears, shifts and rotations that keep the size of a picture.
//
// The geometry and the arithmetic are those of torchvision's functional.affine() and functional.rotate() on uint8
// tensors: pixel (x, y) has its centre at (x + 0.5, y + 0.5), and the centre of an output pixel is mapped back into the
// input. Nearest takes the pixel at that place, bilinear the weighted mean of four, rounded (weights in steps of 2^-11,
// so a result may differ from float32's by one grey level). Thread-safe.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "topfive/image/image.h"

namespace topfive::image {

// From the place of an output pixel to its place in the input, in pixels from the upper left corner:
// x_in = xx * x + xy * y + x0, y_in = yx * x + yy * y + y0. Places of up to 100,000 pixels.
struct InverseAffine {
  double xx = 1, xy = 0, x0 = 0;
  double yx = 0, yy = 1, y0 = 0;
};

// Rows move to the left by `factor` for every row below the upper edge; columns up, for every column from the left.
InverseAffine shear_rows(double factor);
InverseAffine shear_columns(double factor);
// To the right and down, in pixels.
InverseAffine translation(double x, double y);
// Counter-clockwise round the middle of the picture.
InverseAffine rotation(double degrees, cv::Size size);

enum class Interpolation { kNearest, kBilinear };
using Colour = std::array<std::uint8_t, 3>;  // of a grey picture the first counts

struct AffineOptions {
  Interpolation interpolation = Interpolation::kNearest;
  // What lies outside the picture. Without one it is black, and with bilinear interpolation the last half pixel fades
  // into it. With one, torchvision weights the picture's part of such a mixture twice; so does this.
  std::optional<Colour> fill = {};
};

// `to` becomes a picture of the same size and type; it must not share pixels with `from`.
void affine(const Image& from, const InverseAffine& map, const AffineOptions& options, Image& to);

}  // namespace topfive::image
