#include <array>
#include <csignal>
#include <fstream>
#include <sstream>

#include <nlohmann/json.hpp>

#include "topfive/base/error.h"
#include "topfive/base/stop_signal.h"
#include "topfive/engine/checkpoint_store.h"
#include "topfive/engine/run_log.h"

#include "small_run.h"
#include "support/catch.h"

namespace fs = std::filesystem;
using topfive::engine::TrainOutcome;
using topfive::tests::small_config;
using topfive::tests::SmallRun;
using topfive::tests::TemporaryDirectory;

namespace {

// AlexNet's small form has dropout, so the generator's state matters too.
constexpr const char* kWithDropout = R"({
  "model": { "type": "alexnet", "variant": "small", "num_classes": 4, "input_channels": 1, "image_size": 28 },
  "data": { "synthetic": { "train_size": 32 } },
  "schedule": { "base_learning_rate": 0.001 },
  "train": { "num_epochs": 2, "global_batch_size": 8 },
  "checkpoint": { "every_steps": 1, "keep": 100 }
})";

topfive::engine::RunConfig dropout_config() {
  auto text = std::string(kWithDropout);
  return small_config(text);
}

std::vector<double> losses(const fs::path& run) {
  std::vector<double> values;
  for (const auto& record : topfive::engine::read_run_log(run / "log.jsonl").train) values.push_back(record.loss);
  return values;
}

constexpr std::array kLogs = {"log.jsonl", "metrics.csv", "events.out.tfevents.topfive"};

// The lines of the log without what the clock decides.
std::vector<std::string> log_without_times(const fs::path& run) {
  std::ifstream log(run / "log.jsonl");
  std::vector<std::string> lines;
  for (std::string line; std::getline(log, line);) {
    auto json = nlohmann::ordered_json::parse(line);
    for (const char* key : {"time", "seconds", "images_per_second", "data_wait", "bound"}) json.erase(key);
    lines.push_back(json.dump());
  }
  return lines;
}

std::vector<std::vector<std::string>> csv_without_times(const fs::path& run) {
  std::ifstream csv(run / "metrics.csv");
  std::vector<std::vector<std::string>> rows;
  std::vector<std::string> names;
  for (std::string line; std::getline(csv, line);) {
    std::vector<std::string> cells;
    std::istringstream stream(line);
    for (std::string cell; std::getline(stream, cell, ',');) cells.push_back(cell);
    if (names.empty()) names = cells;
    rows.emplace_back();
    for (std::size_t i = 0; i < cells.size(); ++i) {
      const bool by_clock = names[i] == "time" || names[i] == "images_per_second" || names[i] == "data_wait" ||
                            names[i].starts_with("seconds_");
      if (!by_clock) rows.back().push_back(cells[i]);
    }
  }
  return rows;
}

}  // namespace

TEST_CASE("resuming from any step gives the uninterrupted run, bit for bit", "[engine][resume]") {
  const TemporaryDirectory scratch;
  SmallRun whole(dropout_config(), scratch.path() / "whole");
  REQUIRE(whole.trainer().run() == TrainOutcome::kFinished);
  REQUIRE(whole.trainer().state().step == 8);

  const std::string name =
      GENERATE(as<std::string>(), "step-00000001", "step-00000003", "step-00000004", "step-00000007", "step-00000008");
  SmallRun resumed(dropout_config(), scratch.path() / "resumed");
  for (const char* file : kLogs) fs::copy_file(scratch.path() / "whole" / file, scratch.path() / "resumed" / file);
  resumed.trainer().resume_from(scratch.path() / "whole/checkpoints" / name);
  REQUIRE(resumed.trainer().run() == TrainOutcome::kFinished);
  CHECK(torch::equal(resumed.weights(), whole.weights()));
  CHECK(losses(scratch.path() / "resumed") == losses(scratch.path() / "whole"));
  CHECK(log_without_times(scratch.path() / "resumed") == log_without_times(scratch.path() / "whole"));
  CHECK(csv_without_times(scratch.path() / "resumed") == csv_without_times(scratch.path() / "whole"));
  CHECK(fs::file_size(scratch.path() / "resumed" / kLogs[2]) == fs::file_size(scratch.path() / "whole" / kLogs[2]));
}

TEST_CASE("logs that were turned off for a while keep what they had", "[engine][resume]") {
  const TemporaryDirectory scratch;
  const auto config = [](int max_steps, bool on) {
    const std::string logs = on ? "true" : "false";
    return small_config(R"({"train": {"num_epochs": 1}, "log": {"every_steps": 1, "csv": )" + logs +
                        R"(, "tensorboard": )" + logs + R"(}, "checkpoint": {"every_steps": )" +
                        std::to_string(max_steps) + R"(, "keep": 100}})");
  };
  SmallRun first(config(3, true), scratch.path());
  first.trainer().run();
  SmallRun second(config(5, false), scratch.path());
  second.trainer().resume_from(scratch.path() / "checkpoints/step-00000003");
  second.trainer().run();
  SmallRun third(config(8, true), scratch.path());
  third.trainer().resume_from(scratch.path() / "checkpoints/step-00000005");
  third.trainer().run();
  std::vector<std::string> steps;
  for (const auto& row : csv_without_times(scratch.path())) steps.push_back(row[0] + row[1]);
  CHECK(steps ==
        std::vector<std::string>{"eventstep", "train1", "train2", "train3", "train6", "train7", "train8", "eval8"});
}

TEST_CASE("a stop request saves where it stands, also in the first step", "[engine][resume]") {
  const TemporaryDirectory scratch;
  topfive::base::install_stop_handlers();
  std::raise(SIGTERM);
  SmallRun run(small_config(), scratch.path());
  const auto outcome = run.trainer().run();
  topfive::base::reset_stop_request();
  CHECK(outcome == TrainOutcome::kStopped);
  topfive::engine::CheckpointStore store(scratch.path() / "checkpoints");
  CHECK(store.newest_valid()->filename() == "step-00000000");
}

TEST_CASE("a checkpoint of another recipe is refused, naming the key", "[engine][resume]") {
  const TemporaryDirectory scratch;
  SmallRun first(small_config(R"({"train": {"num_epochs": 1}})"), scratch.path() / "first");
  first.trainer().run();
  const auto checkpoint = scratch.path() / "first/checkpoints/last";
  SmallRun second(small_config(R"({"train": {"num_epochs": 1}, "optimizer": {"momentum": 0.5}})"),
                  scratch.path() / "second");
  CHECK_THROWS_WITH(second.trainer().resume_from(checkpoint), ContainsSubstring("optimizer.momentum"));
}

TEST_CASE("how often a run logs or saves may change on resume", "[engine][resume]") {
  const TemporaryDirectory scratch;
  SmallRun first(small_config(), scratch.path() / "first");
  first.trainer().run();
  SmallRun second(small_config(R"({"log": {"every_steps": 5}, "checkpoint": {"keep": 7}})"), scratch.path() / "second");
  CHECK_NOTHROW(second.trainer().resume_from(scratch.path() / "first/checkpoints/last"));
}

TEST_CASE("mixed batches are mixed the same way after a resume", "[engine][resume]") {
  const TemporaryDirectory scratch;
  const auto config = small_config(R"({
    "loss": { "mixup_alpha": 0.2, "cutmix_alpha": 1.0, "label_smoothing": 0.1 },
    "train": { "num_epochs": 2 }, "checkpoint": { "every_steps": 5, "keep": 100 } })");
  SmallRun whole(config, scratch.path() / "whole");
  whole.trainer().run();
  SmallRun resumed(config, scratch.path() / "resumed");
  resumed.trainer().resume_from(scratch.path() / "whole/checkpoints/step-00000005");
  resumed.trainer().run();
  CHECK(torch::equal(resumed.weights(), whole.weights()));
  SmallRun plain(small_config(R"({"train": {"num_epochs": 2}})"), scratch.path() / "plain");
  plain.trainer().run();
  CHECK_FALSE(torch::equal(plain.weights(), whole.weights()));
}
