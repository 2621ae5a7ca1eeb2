#include "topfive/augment/random_window.h"

#include <cmath>
#include <cstdint>

namespace topfive::augment {
namespace {

int sample_offset_within(int slack, base::RandomStream& random) {
  return static_cast<int>(random.below(static_cast<std::uint64_t>(slack) + 1));
}

}  // namespace

cv::Size sample_window_size(cv::Size picture, const std::vector<double>& area, const std::vector<double>& aspect,
                            base::RandomStream& random) {
  const double picture_area = static_cast<double>(picture.width) * picture.height;
  const double drawn_area = picture_area * random.uniform(area[0], area[1]);
  const double drawn_aspect = std::exp(random.uniform(std::log(aspect[0]), std::log(aspect[1])));
  return {static_cast<int>(std::nearbyint(std::sqrt(drawn_area * drawn_aspect))),
          static_cast<int>(std::nearbyint(std::sqrt(drawn_area / drawn_aspect)))};
}

cv::Point sample_window_place(cv::Size picture, cv::Size window, base::RandomStream& random) {
  const int y = sample_offset_within(picture.height - window.height, random);
  const int x = sample_offset_within(picture.width - window.width, random);
  return {x, y};
}

}  // namespace topfive::augment
