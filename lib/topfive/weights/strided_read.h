// Elements of a tensor that do not lie side by side in the file.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "topfive/weights/input_file.h"

namespace topfive::weights {

// Checked: everything lies in the file, and there are no more elements than bytes behind them.
struct StridedPlace {
  std::uint64_t begin = 0;  // of the first element, in the file
  std::uint64_t element_bytes = 4;
  std::vector<std::int64_t> shape;
  std::vector<std::int64_t> strides;  // in elements
};

// Fills `out`, as long as all elements, in row-major order. Contiguous tensors are read straight into it; for others
// the range of the file that they span is held meanwhile.
void read_strided(const InputFile& file, const StridedPlace& place, std::span<std::byte> out);

}  // namespace topfive::weights
