#include "topfive/augment/random_erasing.h"

#include "topfive/augment/random_window.h"

namespace topfive::augment {
namespace {

constexpr int kErasingTries = 10;

// ImageNet's statistics, in grey levels.
std::array<image::NoiseLevels, 3> imagenet_noise() {
  return {{{0.485 * 255, 0.229 * 255}, {0.456 * 255, 0.224 * 255}, {0.406 * 255, 0.225 * 255}}};
}

}  // namespace

cv::Rect sample_erasing(cv::Size picture, const RandomErasingConfig& config, base::RandomStream& random) {
  if (random.uniform() >= config.probability) return {};
  for (int i = 0; i < kErasingTries; ++i) {
    const cv::Size turned = sample_window_size(picture, config.area, config.aspect, random);
    const cv::Size size(turned.height, turned.width);  // the limits are those of height / width
    if (size.width >= picture.width || size.height >= picture.height) continue;
    return {sample_window_place(picture, size, random), size};
  }
  return {};
}

RandomErasing::RandomErasing(const RandomErasingConfig& config)
    : config_(config), colour_(colour_of(config.colour)), noise_(imagenet_noise()) {}

void RandomErasing::apply(Sample& sample, base::RandomStream& random) const {
  const cv::Rect window = sample_erasing(sample.picture.size(), config_, random);
  if (window.empty()) return;
  // A key for a stream of its own, so that how much noise is needed does not move what later steps draw.
  const std::uint64_t key = random.next_u32();
  sample.picture.change_pixels([&](const image::Image& from, image::Image& to) {
    from.copyTo(to);
    if (config_.fill == EraseWith::kColour) return image::erase(to, window, colour_);
    image::erase(to, window, noise_, base::RandomStream(key, 0, 0));
  });
}

}  // namespace topfive::augment
