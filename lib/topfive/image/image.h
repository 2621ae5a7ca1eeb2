// The picture type of the whole input path.
#pragma once

#include <opencv2/core.hpp>

namespace topfive::image {

// 8-bit pixels, height x width, RGB order (never BGR) with 3 channels, or grey with 1. cv::Mat
// shares its pixels on copy; functions in this room never write into their input.
using Image = cv::Mat;

}  // namespace topfive::image
