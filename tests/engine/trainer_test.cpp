#include "topfive/engine/trainer.h"

#include "topfive/base/error.h"
#include "topfive/engine/run_log.h"

#include "small_run.h"
#include "support/catch.h"

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

TEST_CASE("a run in parts sees the same pictures, and resumes in the middle of an epoch", "[engine]") {
  const TemporaryDirectory scratch;
  const auto config = [](int parts) {
    return small_config(R"({"train": {"num_epochs": 2, "accumulation_steps": )" + std::to_string(parts) +
                        R"(}, "checkpoint": {"every_steps": 3, "keep": 100}})");
  };
  SmallRun whole(config(1), scratch.path() / "whole");
  whole.trainer().run();
  SmallRun parts(config(4), scratch.path() / "parts");
  parts.trainer().run();
  CHECK(torch::allclose(parts.weights(), whole.weights(), 1e-3, 1e-5));
  SmallRun resumed(config(4), scratch.path() / "resumed");
  resumed.trainer().resume_from(scratch.path() / "parts/checkpoints/step-00000003");
  resumed.trainer().run();
  CHECK(torch::equal(resumed.weights(), parts.weights()));
}
