#include "topfive/base/permutation.h"

#include <algorithm>
#include <bit>
#include <cassert>

#include "topfive/base/random_stream.h"

namespace topfive::base {
namespace {

// Four rounds already give a pseudo-random permutation for large halves; halves of a few bits need
// more to mix.
constexpr std::uint32_t kRounds = 12;

// A counter word that no sample's stream reaches, so that the order and the augmentations are
// independent.
constexpr std::uint32_t kOrderDomain = 0x6f726472;

int half_bits_for(std::uint64_t size) {
  const int bits = static_cast<int>(std::bit_width(size - 1));
  return std::max(1, (bits + 1) / 2);
}

std::uint32_t random_word(std::uint64_t value, std::uint32_t round, std::uint32_t seed, std::uint32_t epoch) {
  return philox4x32_10({static_cast<std::uint32_t>(value), kOrderDomain, round, 0}, {seed, epoch})[0];
}

}  // namespace

EpochPermutation::EpochPermutation(std::uint64_t size, std::uint64_t seed, std::uint64_t epoch)
    : size_(size),
      half_bits_(half_bits_for(size)),
      seed_(static_cast<std::uint32_t>(seed)),
      epoch_(static_cast<std::uint32_t>(epoch)),
      is_odd_((random_word(0, kRounds, seed_, epoch_) & 1U) != 0) {
  assert(size >= 1);
}

// The domain holds less than four times `size` values, or four if size is 1, so few steps of the
// walk are needed.
std::uint64_t EpochPermutation::operator()(std::uint64_t position) const {
  assert(position < size_);
  std::uint64_t value = encrypt(position);
  while (value >= size_) value = encrypt(value);
  return value;
}

// A Feistel network of more than two bits gives even permutations only. Swapping the first two values for half of
// the keys gives the odd ones too, which shows in the orders of a handful of samples.
std::uint64_t EpochPermutation::encrypt(std::uint64_t value) const {
  const std::uint64_t mask = (std::uint64_t{1} << half_bits_) - 1;
  std::uint64_t left = value >> half_bits_;
  std::uint64_t right = value & mask;
  for (std::uint32_t round = 0; round < kRounds; ++round) {
    const std::uint64_t next = left ^ (random_word(right, round, seed_, epoch_) & mask);
    left = right;
    right = next;
  }
  const std::uint64_t mixed = (left << half_bits_) | right;
  return is_odd_ && mixed < 2 ? mixed ^ 1U : mixed;
}

}  // namespace topfive::base
