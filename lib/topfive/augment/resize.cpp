#include "topfive/augment/resize.h"

namespace topfive::augment {

void Resize::apply(Sample& sample, base::RandomStream&) const {
  sample.picture.resize({config_.width, config_.height}, config_.filter);
}

std::optional<cv::Size> Resize::output_size(std::optional<cv::Size>) const {
  return cv::Size(config_.width, config_.height);
}

}  // namespace topfive::augment
