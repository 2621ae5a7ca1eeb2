#include <algorithm>
#include <random>

#include "data/fake_source.h"
#include "support/catch.h"

using namespace topfive;
using data::BatchLoader;
using data::EpochPlan;
using tests::FakeSource;
using tests::grey_options;
using tests::id_batches;
using tests::random_pipeline;

namespace {

using Batches = std::vector<std::vector<std::int64_t>>;

// The global batches of an epoch, put together from the ranks' own: sample s of rank r stands at place s * W + r.
Batches global_batches(const FakeSource& source, int global_batch, int world_size) {
  const auto pipeline = random_pipeline();
  Batches global;
  for (int rank = 0; rank < world_size; ++rank) {
    BatchLoader loader(source, pipeline, grey_options(global_batch / world_size));
    EpochPlan plan;
    plan.shuffle = true;
    plan.drop_last = true;
    plan.rank = rank;
    plan.world_size = world_size;
    const Batches own = id_batches(loader, plan);
    global.resize(own.size(), std::vector<std::int64_t>(static_cast<std::size_t>(global_batch)));
    for (std::size_t b = 0; b < own.size(); ++b) {
      for (std::size_t s = 0; s < own[b].size(); ++s) {
        global[b][s * static_cast<std::size_t>(world_size) + static_cast<std::size_t>(rank)] = own[b][s];
      }
    }
  }
  return global;
}

}  // namespace

TEST_CASE("any number of ranks sees the same global batches in the same order") {
  const FakeSource source(131);
  const Batches one = global_batches(source, 24, 1);
  REQUIRE(one.size() == 5);
  const int world_size = GENERATE(2, 3, 4);
  CHECK(global_batches(source, 24, world_size) == one);
}

TEST_CASE("evaluation delivers every sample exactly once on any number of ranks") {
  std::mt19937 random(17);
  for (int trial = 0; trial < 30; ++trial) {
    const auto samples = static_cast<std::int64_t>(1 + random() % 90);
    const auto world_size = static_cast<int>(1 + random() % 5);
    const auto batch_size = static_cast<int>(1 + random() % 17);
    const FakeSource source(samples);
    const auto pipeline = random_pipeline();
    BatchLoader loader(source, pipeline, grey_options(batch_size));
    std::vector<std::int64_t> all;
    for (int rank = 0; rank < world_size; ++rank) {
      EpochPlan plan;
      plan.rank = rank;
      plan.world_size = world_size;
      const Batches batches = id_batches(loader, plan);
      REQUIRE(static_cast<std::int64_t>(batches.size()) == loader.batches_per_epoch(false, world_size, rank));
      for (const auto& batch : batches) all.insert(all.end(), batch.begin(), batch.end());
    }
    std::sort(all.begin(), all.end());
    std::vector<std::int64_t> expected;
    for (std::int64_t i = 0; i < samples; ++i) expected.push_back(i);
    REQUIRE(all == expected);
  }
}

TEST_CASE("a sample looks the same on every rank and in every batch size") {
  const FakeSource source(60);
  const auto pipeline = random_pipeline();
  const auto pictures = [&](int batch_size, int world_size) {
    std::vector<std::vector<std::uint8_t>> list(60);
    BatchLoader loader(source, pipeline, grey_options(batch_size));
    for (int rank = 0; rank < world_size; ++rank) {
      EpochPlan plan;
      plan.shuffle = true;
      plan.epoch = 3;
      plan.rank = rank;
      plan.world_size = world_size;
      loader.start(plan);
      while (const auto lease = loader.next()) {
        for (int s = 0; s < lease->size; ++s) {
          const std::uint8_t* pixels = lease->images + 9 * s;
          list[static_cast<std::size_t>(lease->sample_ids[s])].assign(pixels, pixels + 9);
        }
      }
    }
    return list;
  };
  const auto expected = pictures(60, 1);
  REQUIRE(std::none_of(expected.begin(), expected.end(), [](const auto& p) { return p.empty(); }));
  CHECK(pictures(7, 1) == expected);
  CHECK(pictures(5, 4) == expected);
}
