#include "topfive/augment/pca_colour.h"

#include <cmath>
#include <cstdint>

namespace topfive::augment {
namespace {

struct Component {
  double scale;                  // of the whole shift, in [0, 1] units
  std::array<double, 3> vector;  // RGB
};
using Components = std::array<Component, 3>;

// Standard deviations in grey levels and eigenvectors from the meta file of cuda-convnet2.
constexpr Components kKrizhevsky2012 = {{{121.780 / 255.0, {-0.5635, -0.5762, -0.5920}},
                                         {37.094 / 255.0, {-0.7126, -0.0235, 0.7012}},
                                         {19.721 / 255.0, {0.4180, -0.8170, 0.3973}}}};
// Eigenvalues and eigenvectors from fb.resnet.torch.
constexpr Components kLighting = {
    {{0.2175, {-0.5675, -0.5808, -0.5836}}, {0.0188, {0.7192, -0.0045, -0.6948}}, {0.0045, {0.4009, -0.8140, 0.4203}}}};
constexpr std::array<double, 3> kMeanColour = {0.485 * 255, 0.456 * 255, 0.406 * 255};

const Components& components(PcaConstants constants) {
  return constants == PcaConstants::kLighting ? kLighting : kKrizhevsky2012;
}

// Divides the distance from the mean colour. The divisor is at least 1, so nothing leaves [0, 255].
image::Image shrink_contrast(const image::Image& rgb, double divisor) {
  cv::Mat table(1, 256, CV_8UC3);
  for (int value = 0; value < 256; ++value) {
    auto& entry = table.at<cv::Vec3b>(value);
    for (int c = 0; c < 3; ++c) {
      const double mean = kMeanColour[static_cast<std::size_t>(c)];
      entry[c] = static_cast<std::uint8_t>(std::lround(mean + (value - mean) / divisor));
    }
  }
  image::Image result;
  cv::LUT(rgb, table, result);
  return result;
}

}  // namespace

std::array<float, 3> sample_colour_shift(const PcaColourConfig& config, base::RandomStream& random) {
  std::array<double, 3> shift{};
  for (const Component& component : components(config.constants)) {
    const double factor = config.std * random.normal() * component.scale;
    for (std::size_t c = 0; c < 3; ++c) shift[c] += factor * component.vector[c];
  }
  const double divisor = config.compensate_variance ? 1.0 + config.std : 1.0;
  return {static_cast<float>(shift[0] / divisor), static_cast<float>(shift[1] / divisor),
          static_cast<float>(shift[2] / divisor)};
}

void PcaColour::apply(Sample& sample, base::RandomStream& random) const {
  const std::array<float, 3> shift = sample_colour_shift(config_, random);
  for (std::size_t c = 0; c < 3; ++c) sample.colour_shift[c] += shift[c];
  if (!config_.compensate_variance) return;
  sample.picture.replace(shrink_contrast(sample.picture.pixels(), 1.0 + config_.std));
}

}  // namespace topfive::augment
