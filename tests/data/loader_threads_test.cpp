#include <future>
#include <thread>

#include "data/fake_source.h"
#include "support/catch.h"

using namespace topfive;
using data::BatchLoader;
using tests::FakeSource;
using tests::grey_options;
using tests::random_pipeline;

TEST_CASE("threads never read further ahead than the ring holds") {
  const int ring_batches = GENERATE(1, 2, 4);
  FakeSource source(200);
  std::atomic<std::int64_t> released = 0;
  std::atomic<std::int64_t> too_far = 0;
  source.on_read = [&](std::int64_t index) {
    if (index / 5 >= released + ring_batches) ++too_far;
  };
  const auto pipeline = random_pipeline();
  BatchLoader loader(source, pipeline, grey_options(5, 4, ring_batches));
  loader.start({});
  while (auto lease = loader.next()) {
    ++released;  // before the release itself, so that a reader that follows it is never counted
    lease.release();
  }
  CHECK(released == 40);
  CHECK(too_far == 0);
}

TEST_CASE("a slow picture delays only its own batch: later ones are filled meanwhile") {
  FakeSource source(40);
  std::promise<void> later_batch_done;
  std::atomic<int> later_reads = 0;
  // Sample 0 is done only after all of batch 1 was read; with a barrier per batch this would never end.
  source.on_read = [&](std::int64_t index) {
    if (index == 0) later_batch_done.get_future().wait();
    if (index >= 4 && index < 8 && ++later_reads == 4) later_batch_done.set_value();
  };
  const auto pipeline = random_pipeline();
  BatchLoader loader(source, pipeline, grey_options(4, 2, 3));
  loader.start({});
  CHECK(loader.next()->index == 0);
  CHECK(later_reads == 4);
}

TEST_CASE("epochs can be abandoned at any point and begun again") {
  const FakeSource source(500);
  const auto pipeline = random_pipeline();
  BatchLoader loader(source, pipeline, grey_options(4, 4, 3));
  const auto whole = tests::digests(loader, {});
  for (int cycle = 0; cycle < 100; ++cycle) {
    loader.start({});
    for (int taken = 0; taken < cycle % 5; ++taken) {
      const auto lease = loader.next();
      REQUIRE(tests::digest_of(*lease) == whole[static_cast<std::size_t>(taken)]);
    }
  }
  CHECK(tests::digests(loader, {}) == whole);
}

TEST_CASE("a loader can be destroyed at any point, with its threads blocked or busy") {
  const FakeSource source(300);
  const auto pipeline = random_pipeline();
  std::int64_t delivered = 0;
  for (int cycle = 0; cycle < 100; ++cycle) {
    BatchLoader loader(source, pipeline, grey_options(4, 4, 2));
    if (cycle % 4 != 3) loader.start({});
    for (int taken = 0; taken < cycle % 3; ++taken) delivered += loader.next() ? 1 : 0;
  }
  CHECK(delivered > 0);
}

TEST_CASE("leases can be moved, held beside each other, and released out of order") {
  const FakeSource source(40);
  const auto pipeline = random_pipeline();
  BatchLoader loader(source, pipeline, grey_options(4, 2, 3));
  loader.start({});
  auto first = loader.next();
  auto second = loader.next();
  data::BatchLease moved = std::move(second);
  CHECK_FALSE(second);  // NOLINT(bugprone-use-after-move): an empty lease is what moving promises
  CHECK((first->index == 0 && moved->index == 1));
  moved.release();
  CHECK(loader.next()->index == 2);
  first = data::BatchLease();
  for (std::int64_t index = 3; index < 10; ++index) CHECK(loader.next()->index == index);
  CHECK_FALSE(loader.next());
}

TEST_CASE("a lease may be released on another thread and after the loader is gone") {
  const FakeSource source(40);
  const auto pipeline = random_pipeline();
  data::BatchLease survivor;
  {
    BatchLoader loader(source, pipeline, grey_options(4, 2, 2));
    loader.start({});
    for (int i = 0; i < 5; ++i) {
      std::jthread([lease = loader.next()]() mutable { lease.release(); });
    }
    survivor = loader.next();
  }
  CHECK(survivor->index == 5);
  CHECK(survivor->sample_ids[0] == 20);
}

TEST_CASE("the time that the consumer waits is told") {
  FakeSource source(4);
  std::promise<void> go;
  std::shared_future<void> gate = go.get_future().share();
  source.on_read = [gate](std::int64_t) { gate.wait(); };
  const auto pipeline = random_pipeline();
  BatchLoader loader(source, pipeline, grey_options(4, 1, 1));
  CHECK(loader.seconds_waited() == 0.0);
  loader.start({});
  go.set_value();
  REQUIRE(loader.next());
  const double once = loader.seconds_waited();
  CHECK(once > 0.0);
  CHECK_FALSE(loader.next());
  CHECK(loader.seconds_waited() >= once);
}

TEST_CASE("zero threads means as many as the process may use") {
  const FakeSource source(40);
  const auto pipeline = random_pipeline();
  BatchLoader loader(source, pipeline, grey_options(4, 0));
  CHECK(tests::digests(loader, {}).size() == 10);
}

TEST_CASE("two hundred loaders begin and end, wherever they are in an epoch") {
  const FakeSource source(60, {7, 31});
  const auto pipeline = random_pipeline();
  auto options = grey_options(4, 4);
  options.bad_pictures = data::BadPictures::kReplace;
  options.max_bad = 2;
  options.read_ahead_bytes = 1 << 20;
  for (int cycle = 0; cycle < 200; ++cycle) {
    BatchLoader loader(source, pipeline, options);
    data::EpochPlan plan;
    plan.epoch = cycle;
    plan.shuffle = true;
    loader.start(plan);
    std::vector<data::BatchLease> leases;
    for (int n = 0; n < cycle % 16; ++n) {
      auto lease = loader.next();
      if (cycle % 3 == 0 && n + 1 == cycle % 16) leases.push_back(std::move(lease));  // outlives the epoch
    }
    if (cycle % 2 == 0) loader.start(plan);
  }
  CHECK(source.reads > 0);
}
