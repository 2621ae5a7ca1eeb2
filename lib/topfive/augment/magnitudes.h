// From the strength of an operation to its argument.
//
// torchvision counts strengths in steps: `step` of `steps` is a point of a line in float32, from "nothing" to the
// strongest (for solarize from 255 down, for posterize from 8 bits down). timm's strengths are numbers from 0 to 10.
// Pure functions.
#pragma once

#include "topfive/augment/pixel_op.h"
#include "topfive/image/image.h"

namespace topfive::augment {

// The strongest of each operation: kUsual for AutoAugment and RandAugment, where shifts grow with the picture; kWide
// for TrivialAugment Wide, where they are pixels.
enum class Scale { kUsual, kWide };

// Whether the operation has two directions, of which one is drawn.
bool has_sign(Op op);

PixelOp torchvision_op(Op op, Scale scale, int step, int steps, cv::Size picture);
// timm's operations that grow with the level (its inc1 names); the level is cut to 0 to 10.
PixelOp timm_increasing_op(Op op, double level, cv::Size picture);
// The same in the other direction.
PixelOp reversed(const PixelOp& op);

}  // namespace topfive::augment
