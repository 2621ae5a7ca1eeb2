#include "topfive/augment/random_resized_crop.h"

#include <algorithm>
#include <cmath>

#include "topfive/augment/random_window.h"

namespace topfive::augment {
namespace {

constexpr int kCropTries = 10;

bool fits(cv::Size window, cv::Size picture) {
  return window.width > 0 && window.width <= picture.width && window.height > 0 && window.height <= picture.height;
}

// An aspect limit far from 1 would round a side of a tiny picture to nothing, hence the lower
// bound.
int rounded_side(double side) { return std::max(1, static_cast<int>(std::nearbyint(side))); }

cv::Rect fallback_window(cv::Size picture, const RandomResizedCropConfig& config) {
  const double aspect = static_cast<double>(picture.width) / picture.height;
  cv::Size size = picture;
  if (aspect < config.aspect[0]) size.height = rounded_side(picture.width / config.aspect[0]);
  if (aspect > config.aspect[1]) size.width = rounded_side(picture.height * config.aspect[1]);
  return {cv::Point((picture.width - size.width) / 2, (picture.height - size.height) / 2), size};
}

}  // namespace

cv::Rect sample_window(cv::Size picture, const RandomResizedCropConfig& config, base::RandomStream& random) {
  for (int i = 0; i < kCropTries; ++i) {
    const cv::Size size = sample_window_size(picture, config.area, config.aspect, random);
    if (fits(size, picture)) return {sample_window_place(picture, size, random), size};
  }
  return fallback_window(picture, config);
}

void RandomResizedCrop::apply(Sample& sample, base::RandomStream& random) const {
  sample.picture.crop(sample_window(sample.picture.size(), config_, random));
  sample.picture.resize({config_.size, config_.size}, config_.filter);
}

std::optional<cv::Size> RandomResizedCrop::output_size(std::optional<cv::Size>) const {
  return cv::Size(config_.size, config_.size);
}

}  // namespace topfive::augment
