// Pictures of a source as pixels, outside the batches of a training.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "topfive/augment/pipeline.h"
#include "topfive/data/sample_reader.h"
#include "topfive/data/sample_source.h"

namespace topfive::dataset {

// The whole picture as it is stored. channels: 1 or 3. Throws data::SampleError and image::DecodeError. `buffer` is
// scratch that each thread keeps.
image::Image load_picture(const data::SampleSource& source, std::int64_t index, int channels,
                          std::vector<std::byte>& buffer);

// What the loader puts into a batch for a sample, alone.
class SamplePreview {
 public:
  // Borrows source and pipeline. One thread.
  SamplePreview(const data::SampleSource& source, const augment::Pipeline& pipeline, int channels, std::uint64_t seed);

  // The picture that an epoch shows. Throws as load_picture() does. The pixels are overwritten by the next call.
  const image::Image& draw(std::int64_t index, std::int64_t epoch);
  // Of the picture drawn last: RGB, in units of [0, 1], which the device adds.
  const std::array<float, 3>& colour_shift() const { return colour_shift_; }

 private:
  data::SampleReader reader_;
  image::Image picture_;
  std::array<float, 3> colour_shift_{};
};

}  // namespace topfive::dataset
