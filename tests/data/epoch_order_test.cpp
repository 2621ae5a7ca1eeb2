#include "topfive/data/epoch_order.h"

#include <algorithm>
#include <random>

#include "support/catch.h"

using namespace topfive;
using data::EpochOrder;
using data::EpochPlan;

namespace {

// The samples of one rank, in its own order.
std::vector<std::int64_t> samples_of(const EpochOrder& order) {
  std::vector<std::int64_t> samples;
  for (std::int64_t t = order.first_ticket(); t < order.end_ticket(); ++t) samples.push_back(order.sample(t));
  return samples;
}

}  // namespace

TEST_CASE("the ranks together take every sample once, whatever the sizes") {
  std::mt19937 random(5);
  for (int trial = 0; trial < 200; ++trial) {
    const auto samples = static_cast<std::int64_t>(1 + random() % 300);
    const auto batch_size = static_cast<int>(1 + random() % 40);
    EpochPlan plan;
    plan.world_size = static_cast<int>(1 + random() % 9);
    plan.shuffle = random() % 2 == 0;
    std::vector<std::int64_t> all;
    for (plan.rank = 0; plan.rank < plan.world_size; ++plan.rank) {
      const auto part = samples_of(EpochOrder(samples, batch_size, 3, plan));
      all.insert(all.end(), part.begin(), part.end());
    }
    std::sort(all.begin(), all.end());
    REQUIRE(all.size() == static_cast<std::size_t>(samples));
    REQUIRE(std::adjacent_find(all.begin(), all.end()) == all.end());
    REQUIRE((all.front() == 0 && all.back() == samples - 1));
  }
}

TEST_CASE("whole batches are those of one process, each on one rank") {
  std::mt19937 random(6);
  for (int trial = 0; trial < 200; ++trial) {
    const auto samples = static_cast<std::int64_t>(1 + random() % 300);
    const auto batch_size = static_cast<int>(1 + random() % 40);
    EpochPlan plan;
    const auto whole = samples_of(EpochOrder(samples, batch_size, 3, plan));
    plan.world_size = static_cast<int>(1 + random() % 9);
    plan.whole_batches = true;
    std::vector<std::int64_t> joined(whole.size(), -1);
    for (plan.rank = 0; plan.rank < plan.world_size; ++plan.rank) {
      const auto part = samples_of(EpochOrder(samples, batch_size, 3, plan));
      for (std::size_t t = 0; t < part.size(); ++t) {
        const std::size_t batch = t / batch_size * plan.world_size + plan.rank;
        joined.at(batch * batch_size + t % batch_size) = part[t];
      }
    }
    REQUIRE(joined == whole);
  }
}

TEST_CASE("dropping the last batch keeps full batches on all ranks only") {
  const auto [samples, batch_size, world_size, tickets] = GENERATE(table<std::int64_t, int, int, std::int64_t>({
      {100, 10, 1, 100},
      {109, 10, 1, 100},
      {109, 10, 4, 20},
      {79, 10, 4, 10},
      {39, 10, 4, 0},
  }));
  EpochPlan plan;
  plan.drop_last = true;
  plan.world_size = world_size;
  plan.rank = world_size - 1;
  CHECK(data::tickets_in_epoch(samples, batch_size, plan) == tickets);
}

TEST_CASE("without shuffling the order is the identity") {
  CHECK(samples_of(EpochOrder(5, 2, 9, {})) == std::vector<std::int64_t>{0, 1, 2, 3, 4});
}

TEST_CASE("shuffling depends on seed and epoch") {
  const auto order = [](std::uint64_t seed, std::int64_t epoch) {
    EpochPlan plan;
    plan.shuffle = true;
    plan.epoch = epoch;
    return samples_of(EpochOrder(500, 8, seed, plan));
  };
  CHECK(order(1, 0) == order(1, 0));
  CHECK(order(1, 0) != order(2, 0));
  CHECK(order(1, 0) != order(1, 1));
}

TEST_CASE("replacements follow the global order and go round at its end") {
  EpochPlan plan;
  plan.world_size = 2;
  plan.rank = 1;
  const EpochOrder order(7, 2, 0, plan);
  CHECK(order.sample(2) == 5);
  CHECK(order.sample(2, 1) == 6);
  CHECK(order.sample(2, 2) == 0);
}

TEST_CASE("repeated augmentation shows a part of the samples that many times, side by side") {
  const int repeats = GENERATE(2, 3, 4);
  EpochPlan plan;
  plan.shuffle = true;
  const EpochOrder once(60, 8, 3, plan);
  const EpochOrder order(60, 8, 3, plan, repeats);
  REQUIRE(order.end_ticket() == 60);
  for (std::int64_t t = 0; t < 60; ++t) {
    CHECK(order.sample(t) == once.sample(t / repeats));
    CHECK(order.copy(t) == t % repeats);
    CHECK(once.copy(t) == 0);
  }
}

TEST_CASE("copies of a sample lie on different ranks where there are enough of them") {
  const int repeats = GENERATE(2, 3);
  EpochPlan plan;
  plan.shuffle = true;
  plan.drop_last = true;
  plan.world_size = 4;
  std::vector<std::vector<std::int64_t>> of_rank;
  for (plan.rank = 0; plan.rank < 4; ++plan.rank) {
    of_rank.push_back(samples_of(EpochOrder(96, 8, 3, plan, repeats)));
    auto sorted = of_rank.back();
    std::sort(sorted.begin(), sorted.end());
    CHECK(std::adjacent_find(sorted.begin(), sorted.end()) == sorted.end());
  }
  CHECK(of_rank[0][0] == of_rank[1][0]);
}

TEST_CASE("the replacement of a repeated sample is another sample") {
  const EpochOrder order(10, 4, 0, {}, 3);
  CHECK(order.sample(4) == 1);
  CHECK(order.sample(4, 1) == 2);
  CHECK(order.sample(4, 9) == 0);
}

TEST_CASE("a resume at or behind the last batch leaves nothing to do") {
  EpochPlan plan;
  plan.first_batch = GENERATE(as<std::int64_t>{}, 3, 4, 1'000'000'000'000);
  const EpochOrder order(10, 4, 0, plan);
  CHECK(order.first_ticket() == order.end_ticket());
}

TEST_CASE("plans out of range are refused") {
  EpochPlan plan;
  plan.rank = 2;
  plan.world_size = 2;
  CHECK_THROWS_AS(EpochOrder(10, 4, 0, plan), std::invalid_argument);
  CHECK_THROWS_AS(EpochOrder(0, 4, 0, {}), std::invalid_argument);
  CHECK_THROWS_AS(EpochOrder(10, 0, 0, {}), std::invalid_argument);
  CHECK_THROWS_AS(EpochOrder(10, 4, 0, {}, 0), std::invalid_argument);
}
