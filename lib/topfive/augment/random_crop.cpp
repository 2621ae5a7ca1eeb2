#include "topfive/augment/random_crop.h"

#include <cstdint>

namespace topfive::augment {
namespace {

int sample_offset(int picture, int padding, int size, base::RandomStream& random) {
  const int slack = picture + 2 * padding - size;
  if (slack < 0) return -padding - (-slack / 2);
  return static_cast<int>(random.below(static_cast<std::uint64_t>(slack) + 1)) - padding;
}

}  // namespace

cv::Rect sample_square(cv::Size picture, int padding, int size, base::RandomStream& random) {
  const int y = sample_offset(picture.height, padding, size, random);
  const int x = sample_offset(picture.width, padding, size, random);
  return {x, y, size, size};
}

void RandomCrop::apply(Sample& sample, base::RandomStream& random) const {
  sample.picture.crop_with_border(sample_square(sample.picture.size(), 0, config_.size, random), 0);
}

std::optional<cv::Size> RandomCrop::output_size(std::optional<cv::Size>) const {
  return cv::Size(config_.size, config_.size);
}

}  // namespace topfive::augment
