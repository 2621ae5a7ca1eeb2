#include "topfive/engine/run_log.h"

#include <fstream>

#include "support/catch.h"
#include "support/temporary_directory.h"

using topfive::engine::read_run_log;
using topfive::engine::RunLog;
using topfive::engine::TrainRecord;

TEST_CASE("records come back as they were written", "[engine]") {
  const topfive::tests::TemporaryDirectory scratch;
  const auto path = scratch.path() / "log.jsonl";
  RunLog log(path, 0);
  log.write(TrainRecord{20, 1, 0.1 + 0.2, 0.01, 87.5, 0.25});
  log.write(topfive::engine::EvalRecord{20, 1, 2.5, 0.4, {812, 950, 1000}});
  const auto history = read_run_log(path);
  REQUIRE(history.train.size() == 1);
  CHECK(history.train[0].loss == 0.1 + 0.2);
  REQUIRE(history.eval.size() == 1);
  CHECK(history.eval[0].counts.top1_correct == 812);
  CHECK(history.eval[0].counts.total == 1000);
}

TEST_CASE("a resumed log is cut to what the checkpoint knew", "[engine]") {
  const topfive::tests::TemporaryDirectory scratch;
  const auto path = scratch.path() / "log.jsonl";
  std::int64_t known = 0;
  {
    RunLog log(path, 0);
    log.write(TrainRecord{1, 1, 3.0, 0.01, 10, 0});
    known = log.bytes();
    log.write(TrainRecord{2, 1, 2.0, 0.01, 10, 0});
  }
  RunLog resumed(path, known);
  resumed.write(TrainRecord{2, 1, 2.5, 0.01, 10, 0});
  const auto history = read_run_log(path);
  REQUIRE(history.train.size() == 2);
  CHECK(history.train[1].loss == 2.5);
}

TEST_CASE("a line cut short by a crash is passed over", "[engine]") {
  const topfive::tests::TemporaryDirectory scratch;
  const auto path = scratch.path() / "log.jsonl";
  std::ofstream(path) << "{\"event\":\"train\",\"step\":1,\"loss\":2.0}\n{\"event\":\"train\",\"st";
  CHECK(read_run_log(path).train.size() == 1);
}
