// The order of an epoch: a keyed permutation of {0, ..., size - 1} that needs no memory.
//
// A Feistel network over the smallest even-bit domain that holds `size`, with cycle walking to stay
// inside it. The position in an epoch is therefore one integer, and resuming is exact without
// replaying anything.
#pragma once

#include <cstdint>

namespace topfive::base {

class EpochPermutation {
 public:
  // size >= 1. Equal (size, seed, epoch) give the same order on every machine.
  EpochPermutation(std::uint64_t size, std::uint64_t seed, std::uint64_t epoch);

  // The index at `position`; 0 <= position < size. A bijection. Thread-safe, no state.
  std::uint64_t operator()(std::uint64_t position) const;
  std::uint64_t size() const { return size_; }

 private:
  std::uint64_t encrypt(std::uint64_t value) const;

  std::uint64_t size_;
  int half_bits_;
  std::uint32_t seed_;
  std::uint32_t epoch_;
  bool is_odd_;
};

}  // namespace topfive::base
