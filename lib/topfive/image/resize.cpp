#include "topfive/image/resize.h"

#include <cassert>

#include <opencv2/imgproc.hpp>

#include "topfive/image/pil_resample.h"

namespace topfive::image {
namespace {

Image cv_resize(const Image& image, cv::Size size, int interpolation) {
  Image result;
  cv::resize(image, result, size, 0, 0, interpolation);
  return result;
}

}  // namespace

const std::vector<std::pair<std::string, Filter>>& filter_names() {
  static const std::vector<std::pair<std::string, Filter>> kNames = {
      {"pil_bilinear", Filter::kPilBilinear}, {"pil_bicubic", Filter::kPilBicubic}, {"cv_nearest", Filter::kCvNearest},
      {"cv_linear", Filter::kCvLinear},       {"cv_cubic", Filter::kCvCubic},       {"cv_area", Filter::kCvArea}};
  return kNames;
}

Image resize(const Image& image, cv::Size size, Filter filter) {
  assert(!image.empty() && !size.empty());
  switch (filter) {
    case Filter::kPilBilinear:
      return pil_resample(image, size, PilKernel::kBilinear);
    case Filter::kPilBicubic:
      return pil_resample(image, size, PilKernel::kBicubic);
    case Filter::kCvNearest:
      return cv_resize(image, size, cv::INTER_NEAREST);
    case Filter::kCvLinear:
      return cv_resize(image, size, cv::INTER_LINEAR);
    case Filter::kCvCubic:
      return cv_resize(image, size, cv::INTER_CUBIC);
    case Filter::kCvArea:
      return cv_resize(image, size, cv::INTER_AREA);
  }
  assert(false && "unknown filter");
  return {};
}

}  // namespace topfive::image
