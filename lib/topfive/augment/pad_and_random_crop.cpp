#include "topfive/augment/pad_and_random_crop.h"

#include <cstdint>

#include "topfive/augment/random_crop.h"

namespace topfive::augment {

void PadAndRandomCrop::apply(Sample& sample, base::RandomStream& random) const {
  const cv::Rect window = sample_square(sample.picture.size(), config_.padding, config_.size, random);
  sample.picture.crop_with_border(window, static_cast<std::uint8_t>(config_.fill));
}

std::optional<cv::Size> PadAndRandomCrop::output_size(std::optional<cv::Size>) const {
  return cv::Size(config_.size, config_.size);
}

}  // namespace topfive::augment
