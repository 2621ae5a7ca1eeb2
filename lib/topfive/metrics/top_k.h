// Top-1 and top-5 counts: integers, so that any split of a data set over batches and ranks gives the same error.
#pragma once

#include <cstdint>

#include <torch/types.h>

namespace topfive::metrics {

struct TopKCounts {
  std::int64_t top1_correct = 0;
  std::int64_t top5_correct = 0;
  std::int64_t total = 0;

  double top1_error() const;  // a fraction; 0 when nothing was counted
  double top5_error() const;
  TopKCounts& operator+=(const TopKCounts& other);
  bool operator==(const TopKCounts&) const = default;
};

// logits: [N, C] floating-point; labels: [N] int64, 0 to C - 1, on the same device. A picture is correct at k when
// fewer than k other classes score at least as high as its label, so that a tie counts as wrong and no order of equal
// scores can flatter a network; a row with a NaN anywhere is wrong. With fewer than five classes top-5 means top-C.
// Waits for the device once.
TopKCounts count_top_k(const torch::Tensor& logits, const torch::Tensor& labels);

}  // namespace topfive::metrics
