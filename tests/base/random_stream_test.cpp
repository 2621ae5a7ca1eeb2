#include "topfive/base/random_stream.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <vector>

#include "base/chi_square.h"
#include "support/catch.h"

using namespace topfive::base;
using topfive::tests::chi_square;
using topfive::tests::chi_square_limit;

TEST_CASE("philox gives the known answers that Random123 publishes") {
  using Block = std::array<std::uint32_t, 4>;
  CHECK(philox4x32_10({0, 0, 0, 0}, {0, 0}) == Block{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8});
  constexpr std::uint32_t kOnes = 0xffffffff;
  CHECK(philox4x32_10({kOnes, kOnes, kOnes, kOnes}, {kOnes, kOnes}) ==
        Block{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd});
  CHECK(philox4x32_10({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}) ==
        Block{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1});
}

TEST_CASE("a stream hands out the words of consecutive blocks") {
  RandomStream stream(7, 3, 0x1122334455667788);
  for (std::uint32_t block = 0; block < 3; ++block) {
    for (const std::uint32_t word : philox4x32_10({block, 0, 0x55667788, 0x11223344}, {7, 3})) {
      CHECK(stream.next_u32() == word);
    }
  }
}

TEST_CASE("seed, epoch and sample each change the stream, and equal ones repeat it") {
  const auto first = [](std::uint64_t seed, std::uint64_t epoch, std::uint64_t sample) {
    RandomStream stream(seed, epoch, sample);
    return (std::uint64_t{stream.next_u32()} << 32U) | stream.next_u32();
  };
  CHECK(first(1, 2, 3) == first(1, 2, 3));
  std::set<std::uint64_t> seen;
  for (std::uint64_t seed = 0; seed < 8; ++seed) {
    for (std::uint64_t epoch = 0; epoch < 8; ++epoch) {
      for (std::uint64_t sample = 0; sample < 8; ++sample) seen.insert(first(seed, epoch, sample));
    }
  }
  CHECK(seen.size() == 512);
}

TEST_CASE("uniform numbers fill the unit interval evenly and never reach one") {
  RandomStream stream(11, 0, 1);
  std::vector<int> counts(100);
  for (int i = 0; i < 200'000; ++i) {
    const double value = stream.uniform();
    REQUIRE(value >= 0.0);
    REQUIRE(value < 1.0);
    ++counts[static_cast<std::size_t>(value * 100)];
  }
  CHECK(chi_square(counts) < chi_square_limit(static_cast<double>(counts.size()) - 1));
}

TEST_CASE("a uniform number of an interval stays below its upper end, however narrow") {
  RandomStream stream(5, 0, 0);
  const double low = 1.0;
  const double high = std::nextafter(std::nextafter(1.0, 2.0), 2.0);
  for (int i = 0; i < 1000; ++i) {
    const double value = stream.uniform(low, high);
    REQUIRE(value >= low);
    REQUIRE(value < high);
  }
  CHECK(stream.uniform(3.0, 3.0) == 3.0);
  const double negative = stream.uniform(-4.0, -2.0);
  CHECK((negative >= -4.0 && negative < -2.0));
}

TEST_CASE("integers below n come up equally often") {
  const std::uint64_t n = GENERATE(2, 3, 7, 10, 64, 1000);
  RandomStream stream(2, 9, n);
  std::vector<int> counts(n);
  for (std::uint64_t i = 0; i < 200 * n + 1000; ++i) ++counts.at(stream.below(n));
  CAPTURE(n);
  CHECK(chi_square(counts) <= chi_square_limit(static_cast<double>(counts.size()) - 1));
}

TEST_CASE("the only integer below one is zero") {
  RandomStream stream(1, 1, 1);
  for (int i = 0; i < 100; ++i) CHECK(stream.below(1) == 0);
}

TEST_CASE("integers below a bound near two to the 64th are not biased to its lower half") {
  // Plain remainder would give values below 2^63 twice as often as those above.
  constexpr std::uint64_t kBound = 0xC000000000000000;
  RandomStream stream(3, 0, 0);
  std::vector<int> counts(3);
  for (int i = 0; i < 30'000; ++i) ++counts.at(stream.below(kBound) >> 62U);
  CHECK(chi_square(counts) < chi_square_limit(static_cast<double>(counts.size()) - 1));
}

TEST_CASE("normal numbers have the moments and tails of the standard normal") {
  RandomStream stream(4, 0, 0);
  constexpr int kCount = 200'000;
  double sum = 0, squares = 0, fourth = 0;
  int beyond_two = 0;
  for (int i = 0; i < kCount; ++i) {
    const double value = stream.normal();
    REQUIRE(std::isfinite(value));
    sum += value;
    squares += value * value;
    fourth += value * value * value * value;
    beyond_two += std::abs(value) > 2.0 ? 1 : 0;
  }
  CHECK(std::abs(sum / kCount) < 0.012);
  CHECK(squares / kCount == Approx(1.0).margin(0.016));
  CHECK(fourth / kCount == Approx(3.0).margin(0.11));
  CHECK(beyond_two / double{kCount} == Approx(0.0455).margin(0.0024));
}

TEST_CASE("the two values of a Box-Muller pair are not correlated") {
  RandomStream stream(6, 0, 0);
  constexpr int kPairs = 100'000;
  double products = 0;
  for (int i = 0; i < kPairs; ++i) {
    const double first = stream.normal();
    products += first * stream.normal();
  }
  CHECK(std::abs(products / kPairs) < 0.016);
}
