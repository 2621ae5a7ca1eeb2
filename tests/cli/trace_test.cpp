#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>
#include <signal.h>

#include "topfive/base/files.h"

#include "cli/tiny_recipe.h"
#include "support/catch.h"

namespace fs = std::filesystem;
using nlohmann::json;
using topfive::tests::checkpoint_hash;
using topfive::tests::RunningProgram;
using topfive::tests::TinyRecipe;
using topfive::tests::wait_for_checkpoint;

namespace {

// Times in microseconds, as in the file; their third digit is the last that counts.
constexpr double kRounding = 0.002;

struct Slice {
  std::string name;
  double begin = 0;
  double end = 0;
  json args;
};

// A trace file, its slices by rank and name of their row.
struct Trace {
  json other;
  std::map<std::pair<int, std::string>, std::vector<Slice>> rows;
  std::vector<Slice> named(int rank, const std::string& name) const {
    std::vector<Slice> found;
    for (const auto& slice : rows.at({rank, "training"})) {
      if (slice.name == name) found.push_back(slice);
    }
    return found;
  }
};

Trace read_trace(const fs::path& file) {
  const auto content = json::parse(topfive::base::read_text_file(file, 1U << 26U));
  Trace trace;
  trace.other = content.at("otherData");
  std::map<std::pair<int, int>, std::string> row_names;
  for (const auto& event : content.at("traceEvents")) {
    const bool names = event.at("name") == "thread_name";
    if (names) row_names[{event.at("pid"), event.at("tid")}] = event.at("args").at("name");
  }
  for (const auto& event : content.at("traceEvents")) {
    if (event.at("ph") != "X") continue;
    const double begin = event.at("ts");
    trace.rows[{event.at("pid"), row_names.at({event.at("pid"), event.at("tid")})}].push_back(
        {event.at("name"), begin, begin + event.at("dur").get<double>(), event.value("args", json::object())});
  }
  return trace;
}

// Slices of one row are in order, and each lies within the one that was open when it began, or after it.
bool nests(const std::vector<Slice>& slices) {
  std::vector<Slice> open;
  double last_begin = 0;
  for (const Slice& slice : slices) {
    if (slice.end < slice.begin || slice.begin < last_begin) return false;
    while (!open.empty() && open.back().end <= slice.begin + kRounding) open.pop_back();
    if (!open.empty() && slice.end > open.back().end + kRounding) return false;
    open.push_back(slice);
    last_begin = slice.begin;
  }
  return true;
}

std::vector<Slice> all_reduces(const Trace& trace, int rank) {
  std::vector<Slice> found;
  for (const auto& [row, slices] : trace.rows) {
    const bool counts = row.first == rank && row.second.rfind("all-reduce", 0) == 0;
    if (counts) found.insert(found.end(), slices.begin(), slices.end());
  }
  return found;
}

std::vector<Slice> started_in(const std::vector<Slice>& slices, double from, double to) {
  std::vector<Slice> found;
  for (const Slice& slice : slices) {
    if (slice.begin >= from && slice.begin < to) found.push_back(slice);
  }
  return found;
}

// Several buckets of gradients, which the tiny recipe's own network has not.
void use_vision_transformer(const TinyRecipe& tiny) {
  std::string recipe = TinyRecipe::config_text();
  const std::string network = R"("type": "lenet5", "variant": "modern")";
  recipe.replace(recipe.find(network), network.size(),
                 R"("type": "vit", "size": "Ti", "patch_size": 14, "image_size": 28)");
  tiny.write_config(recipe);
}

std::vector<std::string> with_trace(const fs::path& file, const std::vector<std::string>& more = {}) {
  std::vector<std::string> arguments = {"--trace", file.string(), "--set", "train.num_epochs=2"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

// Steps, buckets and waits of one rank of the run below.
void check_rank(const Trace& trace, int rank, std::size_t num_steps) {
  for (const char* name : {"waiting for data", "copy", "forward", "backward", "optimizer", "waiting for all-reduce"}) {
    INFO(name);
    CHECK(trace.named(rank, name).size() == num_steps);
  }
  const auto reductions = all_reduces(trace, rank);
  const auto backward = trace.named(rank, "backward");
  const auto waits = trace.named(rank, "waiting for all-reduce");
  std::set<std::int64_t> bytes_of_steps;
  std::size_t counted = 0;
  for (std::size_t step = 0; step < num_steps; ++step) {
    const auto in_step = started_in(reductions, backward[step].begin, backward[step].end);
    counted += in_step.size();
    std::int64_t bytes = 0;
    std::set<std::int64_t> buckets;
    for (const auto& slice : in_step) {
      bytes += slice.args.at("bytes").get<std::int64_t>();
      buckets.insert(slice.args.at("bucket").get<std::int64_t>());
    }
    bytes_of_steps.insert(bytes);
    CHECK(in_step.size() >= 2);
    CHECK(*buckets.begin() == 0);
    CHECK(buckets.size() == in_step.size());
    CHECK(*buckets.rbegin() == static_cast<std::int64_t>(in_step.size()) - 1);
    CHECK_FALSE(started_in(reductions, backward[step].begin, waits[step].begin).empty());
  }
  CHECK(counted == reductions.size());
  CHECK(bytes_of_steps.size() == 1);
  CHECK(*bytes_of_steps.begin() > 20'000'000);
}

}  // namespace

TEST_CASE("a trace of two ranks shows all-reduces under the backward pass, and changes no bit", "[cli][ranks]") {
  const TinyRecipe tiny;
  use_vision_transformer(tiny);
  const auto file = tiny.directory() / "trace.json";
  const std::vector<std::string> buckets = {"--set", "parallel.gradients.bucket_mb=4"};
  const auto result = tiny.train(with_trace(file, buckets), "traced", "cpu,cpu");
  INFO(result.err);
  REQUIRE(result.exit_code == 0);
  CHECK_THAT(result.err, ContainsSubstring("trace      12 steps in " + file.string() + "; all-reduce ") &&
                             ContainsSubstring(" % of it hidden under the backward pass"));

  const Trace trace = read_trace(file);
  for (const auto& [row, slices] : trace.rows) {
    INFO("rank " << row.first << ", " << row.second);
    CHECK(nests(slices));
  }
  for (const int rank : {0, 1}) {
    check_rank(trace, rank, 12);
    CHECK(trace.named(rank, "step 1").size() == 1);
    CHECK(trace.named(rank, "step 12").size() == 1);
    CHECK(trace.named(rank, "evaluation").size() == 1);  // the second comes after the last step
    CHECK_FALSE(trace.named(rank, "saving").empty());
  }
  CHECK(trace.rows.rbegin()->first.first == 1);  // and no rank more
  CHECK(trace.other.at("ranks") == 2);
  CHECK(trace.other.at("steps") == 12);
  CHECK(trace.other.at("all_reduce_ms_per_step").get<double>() > 0.0);
  const double share = trace.other.at("all_reduce_hidden_share");
  CHECK((share > 0.0 && share < 1.0));

  auto plain = buckets;
  plain.insert(plain.end(), {"--set", "train.num_epochs=2"});
  REQUIRE(tiny.train(plain, "plain", "cpu,cpu").exit_code == 0);
  CHECK(checkpoint_hash(tiny.out("traced")) == checkpoint_hash(tiny.out("plain")));
}

TEST_CASE("a trace of one process shows its steps, after those that warm up", "[cli]") {
  const TinyRecipe tiny;
  const auto file = tiny.directory() / "trace.json";
  const auto result = tiny.train(with_trace(file, {"--set", "train.num_epochs=5"}));
  INFO(result.err);
  REQUIRE(result.exit_code == 0);
  CHECK_THAT(result.err, ContainsSubstring("trace      20 steps in " + file.string() + "\n"));
  const Trace trace = read_trace(file);
  REQUIRE(trace.rows.size() == 1);
  CHECK(nests(trace.rows.begin()->second));
  CHECK(trace.named(0, "backward").size() == 20);
  CHECK(trace.named(0, "step 5").empty());
  CHECK(trace.named(0, "step 6").size() == 1);
  CHECK(trace.named(0, "step 25").size() == 1);
  CHECK_FALSE(trace.other.contains("all_reduce_hidden_share"));
}

TEST_CASE("two ranks that are stopped leave the trace of the steps that they did", "[cli][ranks]") {
  const TinyRecipe tiny;
  use_vision_transformer(tiny);
  const auto file = tiny.directory() / "trace.json";
  const std::vector<std::string> more = {"--trace", file.string(), "--set", "train.num_epochs=100"};
  RunningProgram program("train", tiny.train_arguments(more, "run", "cpu,cpu"));
  wait_for_checkpoint(program, tiny.out());
  program.send(SIGTERM);
  const auto result = program.wait();
  INFO(result.err);
  REQUIRE(result.exit_code == 75);
  const Trace trace = read_trace(file);
  const std::int64_t steps = trace.other.at("steps");
  CHECK((steps >= 1 && steps <= 20));  // the first checkpoint comes after six, of which five warm up
  for (const int rank : {0, 1}) check_rank(trace, rank, static_cast<std::size_t>(steps));
}

TEST_CASE("a run that fails leaves the trace of what it did", "[cli]") {
  const TinyRecipe tiny;
  const auto file = tiny.directory() / "trace.json";
  const auto result =
      tiny.train(with_trace(file, {"--set", "schedule.base_learning_rate=1000", "--set", "log.every_steps=1"}));
  INFO(result.err);
  REQUIRE(result.exit_code == 78);
  CHECK_FALSE(read_trace(file).named(0, "backward").empty());
}

TEST_CASE("a trace that cannot be written is refused before the first step, in one line", "[cli][ranks]") {
  const TinyRecipe tiny;
  const std::string devices = GENERATE(as<std::string>(), "cpu", "cpu,cpu");
  const auto file = tiny.directory() / "missing" / "trace.json";
  const auto result = tiny.train(with_trace(file), "run", devices);
  INFO(result.err);
  CHECK(result.exit_code == 73);
  CHECK_THAT(result.err, ContainsSubstring("train: error: ") && ContainsSubstring(file.string()));
  CHECK_FALSE(fs::exists(tiny.out() / "checkpoints/last"));
  CHECK_FALSE(fs::exists(tiny.out() / "log.jsonl"));
}
