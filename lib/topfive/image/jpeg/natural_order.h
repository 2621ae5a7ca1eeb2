// The zigzag order of coefficients (T.81, figure A.6).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace topfive::image::jpeg {

inline constexpr std::size_t kBlockSize = 64;

// Natural place of the coefficient at a zigzag position. Positions that no block has, which a damaged stream or the end
// of a block leads to, all mean the place behind the block: the next block's first, which is written after.
inline constexpr int kPositions = 256;
constexpr std::array<std::uint8_t, kPositions> make_natural_order() {
  std::array<std::uint8_t, kPositions> order{};
  int row = 0;
  int column = 0;
  for (std::size_t i = 0; i < kPositions; ++i) {
    if (i >= kBlockSize) {
      order[i] = kBlockSize;
      continue;
    }
    order[i] = static_cast<std::uint8_t>(8 * row + column);
    const bool up = (row + column) % 2 == 0;
    int& forward = up ? column : row;
    int& back = up ? row : column;
    if (forward == 7) {
      ++back;
    } else {
      ++forward;
      if (back > 0) --back;
    }
  }
  return order;
}
inline constexpr std::array<std::uint8_t, kPositions> kNaturalOrder = make_natural_order();

}  // namespace topfive::image::jpeg
