// The operations that AutoAugment, RandAugment and TrivialAugment choose from.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "topfive/image/affine.h"
#include "topfive/image/picture.h"

namespace topfive::augment {

enum class Op {
  kIdentity,
  kShearX,
  kShearY,
  kTranslateX,
  kTranslateY,
  kRotate,
  kBrightness,
  kColour,
  kContrast,
  kSharpness,
  kPosterize,
  kSolarize,
  kAutoContrast,
  kEqualize,
  kInvert,
  kSolarizeAdd
};

// torchvision's names ("ShearX"), timm's "SolarizeAdd".
const std::vector<std::pair<std::string, Op>>& op_names();

// An operation with its argument: the factor of a shear, pixels of a shift to the right or down, degrees
// counter-clockwise, the factor of a blend (1 changes nothing), bits that are kept, the threshold from which values are
// inverted, what is added to dark values; nothing for the others.
struct PixelOp {
  Op op = Op::kIdentity;
  double argument = 0;
};

void apply(const PixelOp& op, const image::AffineOptions& options, image::Picture& picture);

}  // namespace topfive::augment
