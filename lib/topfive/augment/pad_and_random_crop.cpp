#include "topfive/augment/pad_and_random_crop.h"

#include <cstdint>

#include "topfive/augment/random_crop.h"
#include "topfive/image/crop.h"

namespace topfive::augment {

void PadAndRandomCrop::apply(Sample& sample, base::RandomStream& random) const {
  const cv::Rect window = sample_square(sample.image.size(), config_.padding, config_.size, random);
  sample.image = image::crop_with_border(sample.image, window, static_cast<std::uint8_t>(config_.fill));
}

std::optional<cv::Size> PadAndRandomCrop::output_size(std::optional<cv::Size>) const {
  return cv::Size(config_.size, config_.size);
}

}  // namespace topfive::augment
