#include "topfive/base/random_stream.h"

#include <cassert>
#include <cmath>
#include <numbers>

namespace topfive::base {
namespace {

// The constants of the paper: two multipliers, and the golden ratio and sqrt(3) - 1 for the key
// schedule.
constexpr std::uint32_t kMultiplier0 = 0xD2511F53;
constexpr std::uint32_t kMultiplier1 = 0xCD9E8D57;
constexpr std::uint32_t kWeyl0 = 0x9E3779B9;
constexpr std::uint32_t kWeyl1 = 0xBB67AE85;
constexpr int kPhiloxRounds = 10;

__extension__ using Wide = unsigned __int128;

constexpr std::uint32_t low_half(std::uint64_t value) { return static_cast<std::uint32_t>(value); }
constexpr std::uint32_t high_half(std::uint64_t value) { return static_cast<std::uint32_t>(value >> 32U); }

}  // namespace

std::array<std::uint32_t, 4> philox4x32_10(std::array<std::uint32_t, 4> counter, std::array<std::uint32_t, 2> key) {
  for (int round = 0; round < kPhiloxRounds; ++round) {
    const std::uint64_t product0 = std::uint64_t{kMultiplier0} * counter[0];
    const std::uint64_t product1 = std::uint64_t{kMultiplier1} * counter[2];
    counter = {high_half(product1) ^ counter[1] ^ key[0], low_half(product1), high_half(product0) ^ counter[3] ^ key[1],
               low_half(product0)};
    key[0] += kWeyl0;
    key[1] += kWeyl1;
  }
  return counter;
}

RandomStream::RandomStream(std::uint64_t seed, std::uint64_t epoch, std::uint64_t sample_id, std::uint32_t copy)
    : counter_{0, copy, low_half(sample_id), high_half(sample_id)}, key_{low_half(seed), low_half(epoch)} {}

std::uint32_t RandomStream::next_u32() {
  if (used_ == 4) {
    block_ = philox4x32_10(counter_, key_);
    used_ = 0;
    if (++counter_[0] == 0) ++counter_[1];
  }
  return block_[static_cast<std::size_t>(used_++)];
}

double RandomStream::uniform() {
  const std::uint64_t high = next_u32() >> 5U;
  const std::uint64_t low = next_u32() >> 6U;
  return static_cast<double>((high << 26U) | low) * 0x1p-53;
}

double RandomStream::uniform(double low, double high) {
  assert(low <= high);
  const double value = low + (high - low) * uniform();
  // The sum may round up to the excluded end.
  return value < high ? value : std::nextafter(high, low);
}

// Lemire, "Fast random integer generation in an interval" (2019): the high word of a product is the
// result, and the few low words that would favour some results are drawn again.
std::uint64_t RandomStream::below(std::uint64_t n) {
  assert(n > 0);
  const std::uint64_t biased_part = (0 - n) % n;
  while (true) {
    const std::uint64_t high = next_u32();
    const std::uint64_t random = (high << 32U) | next_u32();
    const Wide product = static_cast<Wide>(random) * n;
    if (static_cast<std::uint64_t>(product) >= biased_part) {
      return static_cast<std::uint64_t>(product >> 64U);
    }
  }
}

double RandomStream::normal() {
  if (has_spare_normal_) {
    has_spare_normal_ = false;
    return spare_normal_;
  }
  // 1 - uniform() lies in (0, 1], where the logarithm is finite.
  const double radius = std::sqrt(-2.0 * std::log(1.0 - uniform()));
  const double angle = 2.0 * std::numbers::pi * uniform();
  spare_normal_ = radius * std::sin(angle);
  has_spare_normal_ = true;
  return radius * std::cos(angle);
}

}  // namespace topfive::base
