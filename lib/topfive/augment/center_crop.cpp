#include "topfive/augment/center_crop.h"

#include <cmath>

namespace topfive::augment {
namespace {

int center_offset(int picture, int size) {
  if (picture < size) return -((size - picture) / 2);
  return static_cast<int>(std::nearbyint((picture - size) / 2.0));
}

}  // namespace

cv::Rect center_window(cv::Size picture, int size) {
  return {center_offset(picture.width, size), center_offset(picture.height, size), size, size};
}

void CenterCrop::apply(Sample& sample, base::RandomStream&) const {
  sample.picture.crop_with_border(center_window(sample.picture.size(), config_.size), 0);
}

std::optional<cv::Size> CenterCrop::output_size(std::optional<cv::Size>) const {
  return cv::Size(config_.size, config_.size);
}

}  // namespace topfive::augment
