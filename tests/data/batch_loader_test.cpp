#include "topfive/data/batch_loader.h"

#include "data/fake_source.h"
#include "data/test_files.h"

using namespace topfive;
using data::BatchLoader;
using data::EpochPlan;
using tests::digests;
using tests::FakeSource;
using tests::grey_options;
using tests::random_pipeline;
using tests::shuffled;
using tests::user_error;

TEST_CASE("batches are the same for any number of threads and any size of the ring") {
  const FakeSource source(101);
  const auto pipeline = random_pipeline();
  BatchLoader reference(source, pipeline, grey_options(8, 1, 2));
  const int threads = GENERATE(1, 2, 4, 7);
  const int ring_batches = GENERATE(1, 2, 3, 16);
  BatchLoader loader(source, pipeline, grey_options(8, threads, ring_batches));
  for (const std::int64_t epoch : {0, 1, 5}) {
    const auto expected = digests(reference, shuffled(epoch));
    REQUIRE(expected.size() == 13);
    CHECK(digests(loader, shuffled(epoch)) == expected);
  }
}

TEST_CASE("batches hold the pixels, labels and ids of their samples") {
  const FakeSource source(5);
  const augment::Pipeline pipeline({}, "test", 1, cv::Size(5, 6));
  BatchLoader loader(source, pipeline, grey_options(3));
  loader.start({});
  std::int64_t next_id = 0;
  while (const auto lease = loader.next()) {
    CHECK((lease->height == 6 && lease->width == 5 && lease->channels == 1));
    for (int s = 0; s < lease->size; ++s, ++next_id) {
      CHECK(lease->sample_ids[s] == next_id);
      CHECK(lease->labels[s] == next_id % 3);
      CHECK(lease->images[s * 30] == 7 * next_id);
      CHECK(lease->images[s * 30 + 29] == 7 * next_id + 29);
    }
  }
  CHECK(next_id == 5);
}

TEST_CASE("two epochs differ in order and in crops") {
  const FakeSource source(64);
  const auto pipeline = random_pipeline();
  BatchLoader loader(source, pipeline, grey_options(64));
  CHECK(digests(loader, shuffled(0)) != digests(loader, shuffled(1)));
  CHECK(digests(loader, {}) == digests(loader, {}));
  EpochPlan later;
  later.epoch = 1;
  CHECK(digests(loader, {}) != digests(loader, later));
}

TEST_CASE("a resume gives the tail of the epoch") {
  const FakeSource source(83);
  const auto pipeline = random_pipeline();
  BatchLoader loader(source, pipeline, grey_options(6, 3));
  const auto whole = digests(loader, shuffled(2));
  REQUIRE(whole.size() == 14);
  for (std::int64_t first = 0; first <= 15; ++first) {
    EpochPlan plan = shuffled(2);
    plan.first_batch = first;
    const auto begin = whole.begin() + std::min<std::int64_t>(first, 14);
    CHECK(digests(loader, plan) == std::vector<std::string>(begin, whole.end()));
  }
}

TEST_CASE("batches of an epoch are counted as they are delivered") {
  const std::int64_t samples = GENERATE(1, 7, 8, 9, 40);
  const FakeSource source(samples);
  const auto pipeline = random_pipeline();
  BatchLoader loader(source, pipeline, grey_options(8));
  CHECK(static_cast<std::int64_t>(digests(loader, {}).size()) == loader.batches_per_epoch(false));
  EpochPlan full_only;
  full_only.drop_last = true;
  CHECK(loader.batches_per_epoch(true) == samples / 8);
  if (samples >= 8) {
    CHECK(static_cast<std::int64_t>(digests(loader, full_only).size()) == samples / 8);
  }
  CHECK(loader.batches_per_epoch(false, 5) == (samples + 39) / 40);
}

TEST_CASE("an epoch without any full batch is refused, and the one before goes on") {
  const FakeSource source(10);
  const auto pipeline = random_pipeline();
  BatchLoader loader(source, pipeline, grey_options(4));
  loader.start({});
  REQUIRE(loader.next()->index == 0);
  EpochPlan plan;
  plan.drop_last = true;
  plan.world_size = 3;
  CHECK(user_error([&] { loader.start(plan); }) ==
        "78 the data set has 10 samples, fewer than one global batch of 12; lower "
        "train.global_batch_size");
  CHECK(loader.next()->index == 1);
}

TEST_CASE("an empty data set is refused") {
  const FakeSource source(0);
  const auto pipeline = random_pipeline();
  CHECK(user_error([&] { BatchLoader(source, pipeline, grey_options(4)); }) == "65 the data set holds no samples");
}

TEST_CASE("a ring above its memory bound is refused before it is allocated") {
  const FakeSource source(10);
  const auto pipeline = random_pipeline();
  auto options = grey_options(1 << 20, 1, 8);
  options.max_memory_bytes = std::int64_t{64} << 20;
  const auto never = [](std::size_t) -> std::shared_ptr<std::uint8_t> {
    FAIL("the ring was allocated");
    return nullptr;
  };
  CHECK(user_error([&] { BatchLoader(source, pipeline, options, never); }) ==
        "78 data.max_memory_mb allows 64 MiB, but 8 batches of 1048576 pictures and 1 threads take 300 MiB; lower "
        "data.ring_batches or the batch size, or raise the limit");
}

TEST_CASE("the ring lies in the memory that the allocator gives, and its size is told") {
  const FakeSource source(10);
  const auto pipeline = random_pipeline();
  std::vector<std::vector<std::uint8_t>> blocks;
  const auto allocate = [&](std::size_t bytes) {
    auto block = std::make_shared<std::vector<std::uint8_t>>(bytes);
    blocks.emplace_back(bytes);
    return std::shared_ptr<std::uint8_t>(block, block->data());
  };
  BatchLoader loader(source, pipeline, grey_options(4, 1, 3), allocate);
  CHECK(blocks.size() == 3);
  CHECK(blocks[0].size() == 4 * 9);
  CHECK(loader.memory_bytes() == 3 * 4 * (9 + 8 + 8 + 12) + BatchLoader::kScratchPerThread);
  CHECK(digests(loader, {}).size() == 3);
}

TEST_CASE("nothing comes before start and nothing after the end") {
  const FakeSource source(4);
  const auto pipeline = random_pipeline();
  BatchLoader loader(source, pipeline, grey_options(4));
  CHECK_FALSE(loader.next());
  REQUIRE(digests(loader, {}).size() == 1);
  CHECK_FALSE(loader.next());
  CHECK_FALSE(loader.next());
}
