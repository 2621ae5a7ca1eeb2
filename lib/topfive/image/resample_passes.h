// The two passes of the resampler, once for every instruction set; all give the same bits.
//
// The horizontal pass turns an input row into values 0 to 255, one 32-bit lane for each byte of an output row. Lanes
// are not stored as such: the values of `rows_per_group` consecutive input rows are packed into one lane, as the
// operands of the dot-product instructions that the vertical pass consists of. Weights of 22 bits are split into parts
// that those instructions take; the parts' sums are put together again before the one rounding shift that Pillow makes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "topfive/image/resample_axis.h"

namespace topfive::image {

// One per thread; tables are reused from picture to picture.
class ResamplePasses {
 public:
  virtual ~ResamplePasses() = default;

  // Makes the tables of one picture.
  virtual void prepare(const AxisWeights& columns, const AxisWeights& rows, int channels) = 0;
  // Horizontal pass of input row `y`, counted from rows.needed_begin(). Rows come in order. `row` has kRowPadding
  // readable bytes behind it and begins at columns.needed_begin().
  virtual void add_row(const std::uint8_t* row, int y) = 0;
  // Vertical pass: output row `y` of columns.size() * channels bytes. The rows it reads were added, and none that came
  // more than a group later than the last of them.
  virtual void write_row(int y, std::uint8_t* out) = 0;

  virtual const char* name() const = 0;
  virtual std::size_t scratch_bytes() const = 0;
};

// Plain C++: the reference.
std::unique_ptr<ResamplePasses> make_scalar_passes();
// Null where the processor or the compiler lacks the instructions.
std::unique_ptr<ResamplePasses> make_avx2_passes();
std::unique_ptr<ResamplePasses> make_avx512_passes();  // with VBMI and VNNI
// The fastest that this processor runs.
std::unique_ptr<ResamplePasses> make_fastest_passes();

}  // namespace topfive::image
