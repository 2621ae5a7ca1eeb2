// One step of the augmentation pipeline.
//
// A transform first draws its parameters from the sample's own random stream, then says what is to be done with the
// picture; the two are separate functions, so that each can be tested alone.
#pragma once

#include <array>
#include <optional>

#include "topfive/base/random_stream.h"
#include "topfive/image/picture.h"

namespace topfive::augment {

// A picture on its way to the batch.
struct Sample {
  image::Picture picture;  // RGB or grey
  // Added to every pixel of the channel after scaling to [0, 1] and before normalisation; applied
  // on the device.
  std::array<float, 3> colour_shift{};
};

// Immutable after construction, shared by all loader threads.
class Transform {
 public:
  virtual ~Transform() = default;
  virtual void apply(Sample& sample, base::RandomStream& random) const = 0;
  // The size of the output given the size of the input; nullopt where it depends on the picture.
  virtual std::optional<cv::Size> output_size(std::optional<cv::Size> input) const { return input; }
  // False for steps that mix colour channels and so refuse grey pictures.
  virtual bool accepts_grey() const { return true; }
};

}  // namespace topfive::augment
