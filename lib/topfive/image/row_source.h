// Rows of a picture from top to bottom, one at a time.
#pragma once

#include <cstddef>
#include <cstdint>

namespace topfive::image {

// Readable bytes behind every row; their values do not matter. Wide loads may then begin at any pixel of the row.
inline constexpr std::size_t kRowPadding = 128;

class RowSource {
 public:
  virtual ~RowSource() = default;
  // Valid until the next call. At most as many calls as there are rows.
  virtual const std::uint8_t* next_row() = 0;
};

}  // namespace topfive::image
