// A square at a random place, with or without a border round the picture.
#pragma once

#include "topfive/augment/transform.h"
#include "topfive/augment/transform_config.h"

namespace topfive::augment {

// Every place of the square inside the picture with its border is equally likely; the window is
// relative to the picture without it. Where even the bordered picture is smaller than the square,
// the border grows by half the lack on either side (rounded down before it), so that the picture
// stays in the middle. Draws the row, then the column.
cv::Rect sample_square(cv::Size picture, int padding, int size, base::RandomStream& random);

class RandomCrop : public Transform {
 public:
  explicit RandomCrop(const RandomCropConfig& config) : config_(config) {}
  void apply(Sample& sample, base::RandomStream& random) const override;
  std::optional<cv::Size> output_size(std::optional<cv::Size> input) const override;

 private:
  RandomCropConfig config_;
};

}  // namespace topfive::augment
