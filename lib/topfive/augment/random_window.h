// Drawing a rectangle by area and shape, and a place for it.
#pragma once

#include <vector>

#include "topfive/base/random_stream.h"
#include "topfive/image/image.h"

namespace topfive::augment {

// The area is uniform within its limits, which are fractions of the picture's, width / height log-uniform within its
// own. Sides are rounded, so they may be 0 or beyond the picture.
cv::Size sample_window_size(cv::Size picture, const std::vector<double>& area, const std::vector<double>& aspect,
                            base::RandomStream& random);

// Every place inside the picture is equally likely; the window is not larger than it. Draws the row, then the column.
cv::Point sample_window_place(cv::Size picture, cv::Size window, base::RandomStream& random);

}  // namespace topfive::augment
