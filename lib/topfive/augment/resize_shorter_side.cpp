#include "topfive/augment/resize_shorter_side.h"

#include <algorithm>
#include <cstdint>
#include <string>

#include "topfive/image/decode.h"

namespace topfive::augment {

cv::Size shorter_side_size(cv::Size picture, int size) {
  const std::int64_t shorter = std::min(picture.width, picture.height);
  const std::int64_t longer = std::max(picture.width, picture.height);
  const std::int64_t scaled = std::int64_t{size} * longer / shorter;
  if (scaled > image::DecodeLimits{}.max_pixels / size) {
    throw image::DecodeError(image::BadPicture::kTooLarge,
                             "a picture of " + std::to_string(picture.width) + "x" + std::to_string(picture.height) +
                                 " pixels is too thin to scale its shorter side to " + std::to_string(size));
  }
  const int other = static_cast<int>(scaled);
  return picture.width <= picture.height ? cv::Size(size, other) : cv::Size(other, size);
}

void ResizeShorterSide::apply(Sample& sample, base::RandomStream&) const {
  sample.picture.resize(shorter_side_size(sample.picture.size(), config_.size), config_.filter);
}

std::optional<cv::Size> ResizeShorterSide::output_size(std::optional<cv::Size> input) const {
  if (!input) return std::nullopt;
  return shorter_side_size(*input, config_.size);
}

int sample_shorter_side(const RandomShorterSideConfig& config, base::RandomStream& random) {
  return config.min_size +
         static_cast<int>(random.below(static_cast<std::uint64_t>(config.max_size - config.min_size) + 1));
}

void RandomShorterSide::apply(Sample& sample, base::RandomStream& random) const {
  const int size = sample_shorter_side(config_, random);
  sample.picture.resize(shorter_side_size(sample.picture.size(), size), config_.filter);
}

std::optional<cv::Size> RandomShorterSide::output_size(std::optional<cv::Size>) const { return std::nullopt; }

}  // namespace topfive::augment
