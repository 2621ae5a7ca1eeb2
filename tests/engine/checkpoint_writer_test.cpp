#include "topfive/engine/checkpoint_writer.h"

#include <future>
#include <stdexcept>
#include <string>
#include <thread>

#include "topfive/base/error.h"
#include "topfive/base/log.h"

#include "engine/numbered_checkpoints.h"
#include "support/catch.h"
#include "support/simulated_disk.h"

using topfive::base::ExitCode;
using topfive::base::UserError;
using topfive::engine::CheckpointFiles;
using topfive::engine::CheckpointStore;
using topfive::engine::CheckpointWriter;
using topfive::engine::OnSaveError;
using topfive::tests::newest_number;
using topfive::tests::numbered;
using topfive::tests::SimulatedDisk;

namespace {

const std::filesystem::path kDirectory = "/run/checkpoints";

void fails(CheckpointFiles&) { throw UserError(ExitCode::kIo, "No space left on device"); }

// A writer on a disk in memory, without log lines.
struct Bench {
  explicit Bench(OnSaveError on_error = OnSaveError::kStop)
      : store(kDirectory, disk), writer(std::make_unique<CheckpointWriter>(store, on_error)) {
    topfive::base::set_up_logging("off");
  }
  ~Bench() {
    writer.reset();
    topfive::base::set_up_logging("info");
  }
  Bench(const Bench&) = delete;
  Bench& operator=(const Bench&) = delete;

  SimulatedDisk disk;
  CheckpointStore store;
  std::unique_ptr<CheckpointWriter> writer;
};

}  // namespace

TEST_CASE("a save runs beside its owner, who goes on at once", "[checkpoint]") {
  Bench bench;
  std::promise<void> may_write;
  std::thread::id thread;
  bench.writer->submit({1,
                        [&](CheckpointFiles& files) {
                          may_write.get_future().wait();
                          thread = std::this_thread::get_id();
                          numbered(1)(files);
                        },
                        {}});
  CHECK_NOTHROW(bench.writer->check());
  may_write.set_value();
  bench.writer->wait();
  CHECK(thread != std::this_thread::get_id());
  CHECK(newest_number(kDirectory, bench.disk) == 1);
}

TEST_CASE("a second save waits for the first, and the end waits for the last", "[checkpoint]") {
  Bench bench;
  for (int number = 1; number <= 5; ++number) bench.writer->submit({number, numbered(number), {.keep = 10}});
  bench.writer->finish();
  CHECK(newest_number(kDirectory, bench.disk) == 5);
  CHECK(bench.disk.all_closed());
}

TEST_CASE("an owner that goes away leaves a whole checkpoint", "[checkpoint]") {
  Bench bench;
  bench.writer->submit({1, numbered(1), {}});
  bench.writer.reset();
  CHECK(newest_number(kDirectory, bench.disk) == 1);
}

TEST_CASE("a failed save stops the run at the next call, and the checkpoint before it is good", "[checkpoint]") {
  Bench bench(OnSaveError::kStop);
  bench.writer->submit({1, numbered(1), {}});
  bench.writer->submit({2, fails, {}});
  SECTION("the next save") { CHECK_THROWS_AS(bench.writer->submit({3, numbered(3), {}}), UserError); }
  SECTION("waiting") { CHECK_THROWS_AS(bench.writer->wait(), UserError); }
  SECTION("the end") { CHECK_THROWS_AS(bench.writer->finish(), UserError); }
  SECTION("looking after every step") {
    const auto until_it_shows = [&] {
      while (true) bench.writer->check();
    };
    CHECK_THROWS_AS(until_it_shows(), UserError);
  }
  CHECK(newest_number(kDirectory, bench.disk) == 1);
  // It is told once.
  CHECK_NOTHROW(bench.writer->finish());
}

TEST_CASE("a run that only warns goes on saving, and a good save makes up for a failed one", "[checkpoint]") {
  Bench bench(OnSaveError::kWarn);
  bench.writer->submit({1, numbered(1), {}});
  for (int step = 2; step <= 4; ++step) CHECK_NOTHROW(bench.writer->submit({step, fails, {}}));
  CHECK_NOTHROW(bench.writer->wait());
  CHECK(newest_number(kDirectory, bench.disk) == 1);
  SECTION("at the end nothing can make up for it") { CHECK_THROWS_AS(bench.writer->finish(), UserError); }
  SECTION("the last one is good") {
    CHECK_NOTHROW(bench.writer->submit({5, numbered(5), {}}));
    CHECK_NOTHROW(bench.writer->finish());
    CHECK(newest_number(kDirectory, bench.disk) == 5);
  }
}

TEST_CASE("a bug in a job is no matter of policy", "[checkpoint]") {
  Bench bench(OnSaveError::kWarn);
  bench.writer->submit({1, [](CheckpointFiles&) { throw std::logic_error("a bug"); }, {}});
  CHECK_THROWS_AS(bench.writer->wait(), std::logic_error);
}

TEST_CASE("two hundred writers come and go while their owner changes what they read", "[checkpoint][threads]") {
  SimulatedDisk disk;
  CheckpointStore store(kDirectory, disk);
  std::string host_copy(1000, 'a');
  topfive::base::set_up_logging("off");
  for (int cycle = 1; cycle <= 200; ++cycle) {
    CheckpointWriter writer(store, OnSaveError::kStop);
    for (int save = 0; save < 2; ++save) {
      writer.wait();
      host_copy.assign(1000, static_cast<char>('a' + cycle % 26));
      writer.submit({cycle, [&](CheckpointFiles& files) { files.add("weights", host_copy); }, {}});
      writer.check();
    }
    if (cycle % 2 == 0) writer.finish();
  }
  topfive::base::set_up_logging("info");
  CHECK(store.newest_valid()->filename() == "step-00000200.1");
}
