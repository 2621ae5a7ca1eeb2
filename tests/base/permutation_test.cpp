#include "topfive/base/permutation.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <vector>

#include "base/chi_square.h"
#include "support/catch.h"

using namespace topfive::base;
using topfive::tests::chi_square;
using topfive::tests::chi_square_limit;

namespace {

std::vector<std::uint64_t> order_of(std::uint64_t size, std::uint64_t seed, std::uint64_t epoch) {
  const EpochPermutation permutation(size, seed, epoch);
  std::vector<std::uint64_t> order(size);
  for (std::uint64_t i = 0; i < size; ++i) order[i] = permutation(i);
  return order;
}

bool visits_each_once(std::uint64_t size, std::uint64_t seed, std::uint64_t epoch) {
  const EpochPermutation permutation(size, seed, epoch);
  std::vector<bool> seen(size);
  for (std::uint64_t i = 0; i < size; ++i) {
    const std::uint64_t index = permutation(i);
    if (index >= size || seen[index]) return false;
    seen[index] = true;
  }
  return true;
}

std::uint64_t factorial(std::uint64_t n) { return n < 2 ? 1 : n * factorial(n - 1); }

}  // namespace

TEST_CASE("every small size is visited completely and once") {
  std::vector<std::uint64_t> broken;
  for (std::uint64_t size = 1; size <= 2000; ++size) {
    if (!visits_each_once(size, size * 31, size % 7)) broken.push_back(size);
  }
  CHECK(broken.empty());
}

TEST_CASE("sizes around powers of two and that of ImageNet are visited completely and once") {
  const std::uint64_t size = GENERATE(4095, 4096, 4097, 65'535, 65'536, 65'537, 1'281'167);
  CAPTURE(size);
  CHECK(visits_each_once(size, 42, 17));
}

TEST_CASE("sizes beyond 32 bits stay in range and do not collide") {
  constexpr std::uint64_t kSize = (std::uint64_t{1} << 40U) + 12345;
  const EpochPermutation permutation(kSize, 1, 2);
  std::vector<std::uint64_t> indices;
  for (std::uint64_t i = 0; i < 10'000; ++i) indices.push_back(permutation(kSize - 1 - i));
  CHECK(*std::max_element(indices.begin(), indices.end()) < kSize);
  std::sort(indices.begin(), indices.end());
  CHECK(std::adjacent_find(indices.begin(), indices.end()) == indices.end());
}

TEST_CASE("another epoch or seed gives another order, the same ones the same") {
  CHECK(order_of(1000, 1, 1) == order_of(1000, 1, 1));
  CHECK(order_of(1000, 1, 1) != order_of(1000, 1, 2));
  CHECK(order_of(1000, 1, 1) != order_of(1000, 2, 1));
  CHECK(order_of(1000, 1, 2) != order_of(1000, 2, 1));
}

// A change of these numbers changes every run that is resumed or repeated: never update them without a new
// checkpoint format version.
// They come from epoch_permutation.py, which stands beside the other golden scripts.
TEST_CASE("the order of a given seed and epoch never changes") {
  CHECK(order_of(10, 42, 3) == std::vector<std::uint64_t>{3, 9, 6, 1, 0, 7, 8, 5, 2, 4});
  const EpochPermutation imagenet(1'281'167, 0, 0);
  CHECK(imagenet(0) == 305110);
  CHECK(imagenet(1) == 1241725);
  CHECK(imagenet(1'281'166) == 268998);
}

TEST_CASE("over the epochs each index stands at each position equally often") {
  const std::uint64_t size = GENERATE(2, 3, 4, 5, 8, 13, 16, 17, 32, 63, 64);
  constexpr std::uint64_t kEpochs = 8'000;
  std::vector<int> counts(size * size);
  for (std::uint64_t epoch = 0; epoch < kEpochs; ++epoch) {
    const auto order = order_of(size, 7, epoch);
    for (std::uint64_t i = 0; i < size; ++i) ++counts[i * size + order[i]];
  }
  const double sum = chi_square(counts);
  CAPTURE(size, sum);
  CHECK(sum < chi_square_limit(std::pow(static_cast<double>(size) - 1, 2)));
}

TEST_CASE("over the epochs of a tiny set every order comes up equally often") {
  const std::uint64_t size = GENERATE(2, 3, 4, 5, 6);
  constexpr int kPerOrder = 400;
  const std::uint64_t orders = factorial(size);
  std::map<std::vector<std::uint64_t>, int> counts;
  for (std::uint64_t epoch = 0; epoch < kPerOrder * orders; ++epoch) ++counts[order_of(size, 1, epoch)];
  REQUIRE(counts.size() == orders);
  std::vector<int> all;
  for (const auto& [order, count] : counts) all.push_back(count);
  const double sum = chi_square(all);
  CAPTURE(size, sum);
  CHECK(sum < chi_square_limit(static_cast<double>(orders) - 1));
}

TEST_CASE("neighbours of one epoch are not neighbours of the data set") {
  const auto order = order_of(100'000, 9, 4);
  int close = 0;
  for (std::size_t i = 1; i < order.size(); ++i) {
    const auto gap = std::max(order[i], order[i - 1]) - std::min(order[i], order[i - 1]);
    close += gap <= 100 ? 1 : 0;
  }
  // 200 in 100,000 of all pairs lie that close; the standard deviation of the count is 14.
  CHECK(close > 130);
  CHECK(close < 270);
}
