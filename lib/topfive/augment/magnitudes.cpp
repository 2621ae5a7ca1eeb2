#include "topfive/augment/magnitudes.h"

#include <algorithm>
#include <cmath>

namespace topfive::augment {
namespace {

// torch.linspace: from the nearer end, in float32, the product not rounded. It shows: half of the wide scale's 32
// pixels is a little less than 16, and a shift by that is cut to 15.
double point_of_line(double first, double last, int step, int steps) {
  const auto begin = static_cast<float>(first);
  const auto end = static_cast<float>(last);
  const float width = (end - begin) / static_cast<float>(steps - 1);
  if (step < steps / 2) return std::fma(width, static_cast<float>(step), begin);
  return std::fma(-width, static_cast<float>(steps - 1 - step), end);
}

struct Strongest {
  double shear;
  double shift_x, shift_y;  // pixels
  double degrees;
  double blend;  // away from the factor 1
  int bits_lost;
};

Strongest strongest(Scale scale, cv::Size picture) {
  if (scale == Scale::kWide) return {0.99, 32, 32, 135, 0.99, 6};
  return {0.3, 150.0 / 331.0 * picture.width, 150.0 / 331.0 * picture.height, 30, 0.9, 4};
}

double bits_kept(int bits_lost, int step, int steps) {
  const auto steps_a_bit = static_cast<float>((steps - 1) / static_cast<double>(bits_lost));
  return 8 - std::nearbyint(static_cast<float>(step) / steps_a_bit);
}

}  // namespace

bool has_sign(Op op) {
  switch (op) {
    case Op::kShearX:
    case Op::kShearY:
    case Op::kTranslateX:
    case Op::kTranslateY:
    case Op::kRotate:
    case Op::kBrightness:
    case Op::kColour:
    case Op::kContrast:
    case Op::kSharpness:
      return true;
    default:
      return false;
  }
}

PixelOp torchvision_op(Op op, Scale scale, int step, int steps, cv::Size picture) {
  const Strongest most = strongest(scale, picture);
  const auto grown = [&](double last) { return point_of_line(0, last, step, steps); };
  switch (op) {
    case Op::kShearX:
    case Op::kShearY:
      return {op, grown(most.shear)};
    case Op::kTranslateX:
      return {op, std::trunc(grown(most.shift_x))};
    case Op::kTranslateY:
      return {op, std::trunc(grown(most.shift_y))};
    case Op::kRotate:
      return {op, grown(most.degrees)};
    case Op::kBrightness:
    case Op::kColour:
    case Op::kContrast:
    case Op::kSharpness:
      return {op, 1 + grown(most.blend)};
    case Op::kPosterize:
      return {op, bits_kept(most.bits_lost, step, steps)};
    case Op::kSolarize:
      return {op, point_of_line(255, 0, step, steps)};
    default:
      return {op, 0};
  }
}

PixelOp timm_increasing_op(Op op, double level, cv::Size picture) {
  const double share = std::clamp(level, 0.0, 10.0) / 10;
  switch (op) {
    case Op::kShearX:
    case Op::kShearY:
      return {op, share * 0.3};
    case Op::kTranslateX:
      return {op, share * 0.45 * picture.width};
    case Op::kTranslateY:
      return {op, share * 0.45 * picture.height};
    case Op::kRotate:
      return {op, share * 30};
    case Op::kBrightness:
    case Op::kColour:
    case Op::kContrast:
    case Op::kSharpness:
      return {op, 1 + share * 0.9};
    case Op::kPosterize:
      return {op, 4 - std::trunc(share * 4)};
    case Op::kSolarize:
      return {op, 256 - std::trunc(share * 256)};
    case Op::kSolarizeAdd:
      return {op, std::trunc(share * 110)};
    default:
      return {op, 0};
  }
}

PixelOp reversed(const PixelOp& op) {
  switch (op.op) {
    case Op::kBrightness:
    case Op::kColour:
    case Op::kContrast:
    case Op::kSharpness:
      return {op.op, 2 - op.argument};
    default:
      return {op.op, -op.argument};
  }
}

}  // namespace topfive::augment
