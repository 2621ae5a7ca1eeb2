// Pillow's antialiased resampling of a picture that arrives row by row; see pil_resample.h for what it computes.
//
// Each row is filtered horizontally when it comes and is then only kept as long as the vertical pass needs it, so
// neither the input nor the whole of the scaled picture is ever in memory. Cropping the result and mirroring it cost
// nothing: only what is kept is computed, in the order in which it is wanted.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "topfive/image/image.h"
#include "topfive/image/pil_resample.h"
#include "topfive/image/resample_axis.h"
#include "topfive/image/row_source.h"

namespace topfive::image {

class ResamplePasses;

struct ResampleTask {
  cv::Size input;
  cv::Size scaled;
  cv::Rect kept;  // of the scaled picture; inside it, not empty
  PilKernel kernel = PilKernel::kBilinear;
  int channels = 3;  // 1 or 3
  bool mirrored = false;
};

// One per thread, kept from picture to picture: it allocates only for a picture that needs more than any before.
class Resampler {
 public:
  Resampler();
  explicit Resampler(std::unique_ptr<ResamplePasses> passes);  // for tests of one instruction set
  ~Resampler();
  Resampler(const Resampler&) = delete;
  Resampler& operator=(const Resampler&) = delete;

  // Prepares a picture; returns the part of the input that the kept part is computed from.
  cv::Rect prepare(const ResampleTask& task);
  // Reads the rows of that part, and writes the kept pixels, rows `step` bytes apart. What the source throws passes
  // through; prepare() is due again then.
  void run(RowSource& rows, std::uint8_t* out, std::size_t step);

  const char* instruction_set() const;
  std::size_t scratch_bytes() const;

 private:
  std::unique_ptr<ResamplePasses> passes_;
  AxisWeights columns_;
  AxisWeights rows_;
};

}  // namespace topfive::image
