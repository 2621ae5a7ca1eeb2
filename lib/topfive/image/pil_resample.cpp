#include "topfive/image/pil_resample.h"

#include <cassert>

#include "topfive/image/matrix_rows.h"
#include "topfive/image/resampler.h"

namespace topfive::image {

Image pil_resample(const Image& image, cv::Size size, PilKernel kernel) {
  assert(image.type() == CV_8UC1 || image.type() == CV_8UC3);
  Resampler resampler;
  MatrixRows rows;
  const cv::Rect kept(cv::Point(), size);
  rows.begin(image, resampler.prepare({image.size(), size, kept, kernel, image.channels(), false}));
  Image result(size, image.type());
  resampler.run(rows, result.data, result.step[0]);
  return result;
}

}  // namespace topfive::image
