// Which pixels of a picture a list of transforms needs, without a picture: what the ceilings have to decode.
#pragma once

#include <optional>
#include <vector>

#include "topfive/augment/transform_config.h"
#include "topfive/base/random_stream.h"
#include "topfive/image/resampler.h"

namespace topfive::bench {

struct WindowPlan {
  cv::Rect window;  // of the picture; what is scaled
  cv::Size scaled;
  cv::Rect kept;  // of the scaled window
  image::PilKernel kernel = image::PilKernel::kBilinear;
};

// For lists that begin with random_resized_crop, or with resize_shorter_side and a center_crop inside it, with one of
// Pillow's filters; nullopt for others. Draws from `random` as the list itself does.
std::optional<WindowPlan> plan_window(const std::vector<augment::TransformConfig>& steps, cv::Size picture,
                                      base::RandomStream& random);

}  // namespace topfive::bench
