#include "topfive/engine/trainer.h"

#include "topfive/base/error.h"
#include "topfive/engine/run_log.h"

#include "small_run.h"
#include "support/catch.h"

using topfive::engine::run_length;
using topfive::engine::TrainOutcome;
using topfive::tests::small_config;
using topfive::tests::SmallRun;
using topfive::tests::TemporaryDirectory;

TEST_CASE("a small network learns a small data set by heart", "[engine]") {
  const TemporaryDirectory scratch;
  SmallRun run(small_config(R"({"train": {"num_epochs": 20}})"), scratch.path());
  CHECK(run.trainer().run() == TrainOutcome::kFinished);
  const auto history = topfive::engine::read_run_log(scratch.path() / "log.jsonl");
  CHECK(history.train.front().loss > 1.0);
  CHECK(history.train.back().loss < 0.1);
  CHECK(history.eval.back().counts.total == 30);
  CHECK(history.eval.back().counts.top1_error() < 0.1);
}

TEST_CASE("the log holds a record every few steps and at the end of each epoch", "[engine]") {
  const TemporaryDirectory scratch;
  SmallRun run(small_config(), scratch.path());
  run.trainer().run();
  std::vector<std::int64_t> steps;
  const auto history = topfive::engine::read_run_log(scratch.path() / "log.jsonl");
  for (const auto& record : history.train) steps.push_back(record.step);
  CHECK(steps == std::vector<std::int64_t>{3, 6, 8, 9, 12, 15, 16, 18, 21, 24});
  CHECK(history.eval.size() == 3);
}

TEST_CASE("the length of a run follows epochs, batch size and the step limit", "[engine]") {
  topfive::engine::TrainConfig config;
  config.global_batch_size = 128;
  SECTION("ImageNet at 90 epochs") {
    config.num_epochs = 90;
    const auto length = run_length(config, 1'281'167);
    CHECK(length.steps_per_epoch == 10'009);
    CHECK(length.total_steps == 900'810);
    CHECK(length.num_epochs() == 90);
    CHECK(length.steps_in_epoch(89) == 10'009);
  }
  SECTION("a fraction of an epoch") {
    config.num_epochs = 1.5;
    const auto length = run_length(config, 1280);
    CHECK(length.total_steps == 15);
    CHECK(length.num_epochs() == 2);
    CHECK(length.steps_in_epoch(0) == 10);
    CHECK(length.steps_in_epoch(1) == 5);
  }
  SECTION("a step limit") {
    config.max_steps = 20;
    CHECK(run_length(config, 1280).total_steps == 20);
  }
  SECTION("a data set smaller than a batch") { CHECK_THROWS_AS(run_length(config, 127), topfive::base::UserError); }
}

TEST_CASE("a loss that is not finite ends the run with advice", "[engine]") {
  const TemporaryDirectory scratch;
  SmallRun run(small_config(R"({"schedule": {"base_learning_rate": 1000}})"), scratch.path());
  try {
    run.trainer().run();
    FAIL("trained with a rate of 1000");
  } catch (const topfive::base::UserError& error) {
    CHECK(error.code() == topfive::base::ExitCode::kConfig);
    CHECK_THAT(error.what(), ContainsSubstring("lower schedule.base_learning_rate"));
  }
}

TEST_CASE("zero epochs train nothing and end well", "[engine]") {
  const TemporaryDirectory scratch;
  SmallRun run(small_config(R"({"train": {"num_epochs": 0}})"), scratch.path());
  CHECK(run.trainer().run() == TrainOutcome::kFinished);
  CHECK(run.trainer().state().step == 0);
}
