// What the vertical pass reads: the ring of horizontally filtered rows, and the weights packed like them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "topfive/image/aligned_vector.h"
#include "topfive/image/resample_axis.h"

namespace topfive::image {

// Group g holds the rows g * rows_per_group and following, packed into 32-bit lanes.
class RowGroups {
 public:
  // most_taps: rows that one output row reads. Lanes are rounded up, so that whole blocks of 32 can be read, and
  // half a block behind them.
  void prepare(int lanes, int rows_per_group, int most_taps) {
    // One group more for taps that begin inside a group, one for the row that is being added.
    count_ = (most_taps + rows_per_group - 1) / rows_per_group + 2;
    stride_ = (static_cast<std::size_t>(lanes) + kBlock - 1) / kBlock * kBlock + kBlock / 2;
    lanes_.resize(stride_ * static_cast<std::size_t>(count_));
  }
  std::uint32_t* group(int g) { return &lanes_[static_cast<std::size_t>(g % count_) * stride_]; }
  const std::uint32_t* group(int g) const { return &lanes_[static_cast<std::size_t>(g % count_) * stride_]; }
  std::size_t bytes() const { return lanes_.capacity() * sizeof(std::uint32_t); }

 private:
  static constexpr std::size_t kBlock = 32;

  int count_ = 1;
  std::size_t stride_ = 0;
  AlignedVector<std::uint32_t> lanes_;
};

// The groups that one output row reads, and the weights of their rows.
template <class Parts>
struct GroupedTaps {
  const std::uint32_t* const* groups;
  const Parts* weights;
  int count;
};

// Weights by group. Parts holds the weights of one group: set(row in the group, weight), all zero at first.
template <class Parts, int kRowsPerGroup>
class RowTable {
 public:
  void prepare(const AxisWeights& rows, int lanes) {
    rows_ = &rows;
    groups_.prepare(lanes, kRowsPerGroup, rows.most_taps());
    groups_a_row_ = static_cast<std::size_t>((rows.most_taps() + kRowsPerGroup - 1) / kRowsPerGroup) + 1;
    pointers_.resize(groups_a_row_);
    weights_.assign(static_cast<std::size_t>(rows.size()) * groups_a_row_, {});
    for (int y = 0; y < rows.size(); ++y) {
      const auto taps = rows.taps(y);
      Parts* parts = &weights_[static_cast<std::size_t>(y) * groups_a_row_];
      const int phase = taps.first % kRowsPerGroup;
      for (int i = 0; i < taps.count; ++i) {
        parts[(phase + i) / kRowsPerGroup].set((phase + i) % kRowsPerGroup, rows.weights(y)[i]);
      }
    }
  }

  std::uint32_t* group_of_row(int y) { return groups_.group(y / kRowsPerGroup); }
  static int phase_of_row(int y) { return y % kRowsPerGroup; }

  // Valid until the next call.
  GroupedTaps<Parts> taps(int y) {
    const auto taps = rows_->taps(y);
    const int first = taps.first / kRowsPerGroup;
    const int count = (taps.first + taps.count - 1) / kRowsPerGroup - first + 1;
    for (int g = 0; g < count; ++g) pointers_[static_cast<std::size_t>(g)] = groups_.group(first + g);
    return {pointers_.data(), &weights_[static_cast<std::size_t>(y) * groups_a_row_], count};
  }

  std::size_t bytes() const {
    return groups_.bytes() + sizeof(Parts) * weights_.capacity() + sizeof(void*) * pointers_.capacity();
  }

 private:
  const AxisWeights* rows_ = nullptr;
  RowGroups groups_;
  std::vector<Parts> weights_;
  std::vector<const std::uint32_t*> pointers_;
  std::size_t groups_a_row_ = 1;
};

}  // namespace topfive::image
