#include "topfive/engine/run_log.h"

#include <cmath>
#include <fstream>
#include <sstream>

#include <nlohmann/json.hpp>

#include "topfive/base/files.h"
#include "topfive/engine/metrics_csv.h"

#include "support/catch.h"
#include "support/temporary_directory.h"

using namespace topfive::engine;
using topfive::tests::TemporaryDirectory;

namespace {

TrainRecord full_record() {
  TrainRecord record{20, 1, 0.1 + 0.2, 0.01, 87.5, 0.25, 3};
  record.gradient_norm = 1.0 / 3.0;
  record.parameter_norm = 55.5;
  record.dead_units = 0.125;
  record.dead_layer = "features.0";
  record.loss_scale = 65536.0;
  record.skipped_steps = 2;
  record.rollbacks = 1;
  record.seconds = {1.0, 0.25, 2.0, 3.5, 0.125, 0.0625};
  record.time = 1700000000.25;
  return record;
}

std::vector<std::string> lines_of(const std::filesystem::path& path) {
  std::istringstream stream(topfive::base::read_text_file(path, 1U << 20U));
  std::vector<std::string> lines;
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

std::vector<std::string> cells_of(const std::string& line) {
  std::vector<std::string> cells(1);
  for (const char c : line) {
    if (c == ',') {
      cells.emplace_back();
    } else {
      cells.back() += c;
    }
  }
  return cells;
}

}  // namespace

TEST_CASE("records come back as they were written", "[engine]") {
  const TemporaryDirectory scratch;
  const auto path = scratch.path() / "log.jsonl";
  RunLog log(path, 0);
  const TrainRecord written = full_record();
  log.write(written);
  log.write(EvalRecord{20, 1, 2.5, 0.4, {812, 950, 1000}});
  const auto history = read_run_log(path);
  REQUIRE(history.train.size() == 1);
  const TrainRecord& read = history.train[0];
  CHECK(read.loss == 0.1 + 0.2);
  CHECK(read.gradient_norm == written.gradient_norm);
  CHECK(read.parameter_norm == written.parameter_norm);
  CHECK(read.dead_units == written.dead_units);
  CHECK(read.dead_layer == written.dead_layer);
  CHECK(read.loss_scale == written.loss_scale);
  CHECK(read.skipped_steps == 2);
  CHECK(read.rollbacks == 1);
  CHECK(read.bad_images == 3);
  CHECK(read.seconds == written.seconds);
  CHECK(read.time == written.time);
  REQUIRE(history.eval.size() == 1);
  CHECK(history.eval[0].counts.top1_correct == 812);
  CHECK(history.eval[0].counts.total == 1000);
}

TEST_CASE("a figure that is not there or not finite is null in the log, and not there after reading", "[engine]") {
  const TemporaryDirectory scratch;
  const auto path = scratch.path() / "log.jsonl";
  RunLog log(path, 0);
  TrainRecord record{20, 1, NAN, 0.01, 87.5, 0.25};
  record.gradient_norm = INFINITY;
  log.write(record);
  CHECK_THAT(lines_of(path)[0], ContainsSubstring("\"loss\":null") && ContainsSubstring("\"gradient_norm\":null") &&
                                    ContainsSubstring("\"dead_units\":null"));
  CHECK_FALSE(read_run_log(path).train[0].gradient_norm.has_value());
}

TEST_CASE("a line says what holds the training up, and where the time went", "[engine]") {
  const TemporaryDirectory scratch;
  RunLog log(scratch.path() / "log.jsonl", 0);
  TrainRecord record = full_record();
  log.write(record);
  record.data_wait = 0.05;
  log.write(record);
  const auto lines = lines_of(scratch.path() / "log.jsonl");
  const auto slow = nlohmann::json::parse(lines[0]);
  CHECK(slow["bound"] == "data");
  CHECK(slow["seconds"] == nlohmann::json::parse(R"({"data": 1.0, "copy": 0.25, "forward": 2.0, "backward": 3.5,
                                                     "optimizer": 0.125, "other": 0.0625})"));
  CHECK(nlohmann::json::parse(lines[1])["bound"] == "compute");
}

TEST_CASE("epochs and warnings have lines of their own", "[engine]") {
  const TemporaryDirectory scratch;
  RunLog log(scratch.path() / "log.jsonl", 0);
  log.write(EpochRecord{100, 2, 12'800, 1.5, 0.25, 4, 1700000000.0});
  log.write(HealthRecord{100, 2, "loss-stuck", "check \"this\"", 1700000000.0});
  const auto lines = lines_of(scratch.path() / "log.jsonl");
  CHECK(lines[0] == R"({"event":"epoch","step":100,"epoch":2,"images":12800,"train_loss":1.5,"train_top1_error":0.25,)"
                    R"("bad_images":4,"time":1700000000.0})");
  CHECK(lines[1] == R"({"event":"health","step":100,"epoch":2,"name":"loss-stuck","text":"check \"this\"",)"
                    R"("time":1700000000.0})");
}

TEST_CASE("a resumed log is cut to what the checkpoint knew", "[engine]") {
  const TemporaryDirectory scratch;
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
  const TemporaryDirectory scratch;
  const auto path = scratch.path() / "log.jsonl";
  std::ofstream(path) << "{\"event\":\"train\",\"step\":1,\"loss\":2.0}\n{\"event\":\"train\",\"st";
  CHECK(read_run_log(path).train.size() == 1);
}

TEST_CASE("lines of another making are read as far as they go", "[engine]") {
  const TemporaryDirectory scratch;
  const auto path = scratch.path() / "log.jsonl";
  std::ofstream(path) << "[1]\n7\n{\"event\": 3}\n"
                         "{\"event\":\"train\",\"step\":\"four\",\"loss\":{},\"seconds\":[1]}\n";
  const auto history = read_run_log(path);
  REQUIRE(history.train.size() == 1);
  CHECK(history.train[0].step == 0);
}

TEST_CASE("every line of metrics.csv has the header's columns", "[engine]") {
  const TemporaryDirectory scratch;
  const auto path = scratch.path() / "metrics.csv";
  std::int64_t bytes = 0;
  {
    MetricsCsv csv(path, 0);
    csv.write(full_record());
    csv.write(TrainRecord{40, 1, NAN, 0.01, 87.5, 0.25});
    csv.write(EvalRecord{40, 1, 2.5, 0.4, {812, 950, 1000}, 1700000001.0});
    bytes = csv.bytes();
  }
  const auto lines = lines_of(path);
  REQUIRE(lines.size() == 4);
  CHECK(lines[0] == metrics_csv_header());
  for (const auto& line : lines) CHECK(cells_of(line).size() == 26);
  CHECK(lines[1] ==
        "train,20,1,1700000000.25,0.30000000000000004,0.01,0.3333333333333333,55.5,0.125,65536,2,1,3,87.5,0.25,"
        "1,0.25,2,3.5,0.125,0.0625,,,,,");
  const auto names = cells_of(lines[0]);
  const auto eval = cells_of(lines[3]);
  const auto value_of = [&](const std::string& name) {
    return eval[static_cast<std::size_t>(std::find(names.begin(), names.end(), name) - names.begin())];
  };
  CHECK(value_of("time") == "1700000001");
  CHECK(value_of("train_loss") == "2.5");
  CHECK(value_of("top5_error") == "0.05");
  CHECK(value_of("images") == "1000");
  CHECK(static_cast<std::int64_t>(std::filesystem::file_size(path)) == bytes);
}

TEST_CASE("a resumed metrics.csv has one header", "[engine]") {
  const TemporaryDirectory scratch;
  const auto path = scratch.path() / "metrics.csv";
  std::int64_t known = 0;
  {
    MetricsCsv csv(path, 0);
    csv.write(full_record());
    known = csv.bytes();
    csv.write(full_record());
  }
  MetricsCsv resumed(path, known);
  CHECK(lines_of(path).size() == 2);
}
