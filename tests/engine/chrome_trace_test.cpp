#include "topfive/engine/chrome_trace.h"

#include <map>
#include <set>

#include <nlohmann/json.hpp>

#include "topfive/base/error.h"
#include "topfive/base/files.h"

#include "support/catch.h"
#include "support/temporary_directory.h"

using namespace topfive;
using engine::RankTrace;
using engine::TraceRow;
using engine::TraceSlice;
using nlohmann::json;
using tests::TemporaryDirectory;

namespace {

TraceSlice slice(const std::string& name, std::int64_t begin, std::int64_t end) {
  return {TraceRow::kTraining, name, begin, end, {}};
}

TraceSlice reduction(std::int64_t begin, std::int64_t end) {
  return {TraceRow::kAllReduce, "bucket 0", begin, end, {{"bucket", 0}, {"bytes", 4096}}};
}

// The slices of a file, in its order.
std::vector<json> slices_of(const json& trace) {
  std::vector<json> slices;
  for (const auto& event : trace.at("traceEvents")) {
    if (event.at("ph") == "X") slices.push_back(event);
  }
  return slices;
}

// Rows by (rank, thread).
std::map<std::pair<int, int>, std::string> thread_names(const json& trace) {
  std::map<std::pair<int, int>, std::string> names;
  for (const auto& event : trace.at("traceEvents")) {
    if (event.at("name") == "thread_name") names[{event.at("pid"), event.at("tid")}] = event.at("args").at("name");
  }
  return names;
}

}  // namespace

TEST_CASE("a trace has one process for each rank, and times in microseconds since the first slice", "[run_watch]") {
  std::vector<RankTrace> ranks(2);
  ranks[0].slices = {slice("forward", 5'000'000, 7'500'000), reduction(7'000'000, 8'000'001)};
  ranks[1].slices = {slice("forward", 6'000'000, 6'000'000)};
  const auto trace = json::parse(engine::chrome_trace(
      ranks, {"topfive 1.2.3", "of the host", "one host, one clock", 20, engine::Overlap{41.5, 0.83}}));

  CHECK(trace.at("otherData") == json({{"program", "topfive 1.2.3"},
                                       {"ranks", 2},
                                       {"steps", 20},
                                       {"times", "of the host"},
                                       {"clocks", "one host, one clock"},
                                       {"all_reduce_ms_per_step", 41.5},
                                       {"all_reduce_hidden_share", 0.83}}));
  CHECK(thread_names(trace) ==
        std::map<std::pair<int, int>, std::string>{{{0, 1}, "training"}, {{0, 2}, "all-reduce"}, {{1, 1}, "training"}});
  const auto slices = slices_of(trace);
  REQUIRE(slices.size() == 3);
  CHECK(slices[0] == json({{"ph", "X"}, {"name", "forward"}, {"pid", 0}, {"tid", 1}, {"ts", 0.0}, {"dur", 2500.0}}));
  CHECK(slices[1].at("ts") == 2000.0);
  CHECK(slices[1].at("dur").get<double>() == Approx(1000.001).epsilon(1e-12));
  CHECK(slices[1].at("args") == json({{"bucket", 0}, {"bytes", 4096}}));
  CHECK(slices[2].at("pid") == 1);
}

TEST_CASE("a trace is valid JSON whatever its texts hold", "[run_watch]") {
  const auto name = GENERATE(as<std::string>(), "a \"quoted\" \\ name", "two\nlines\t", "\x01\x7f",
                             "Gr\xc3\xb6\xc3\x9f"
                             "e",
                             "\xff\xfe not UTF-8", "</script>", "");
  std::vector<RankTrace> ranks(1);
  ranks[0].slices = {slice(name, 0, 1)};
  engine::TraceFacts facts;
  facts.program = name;
  const auto trace = json::parse(engine::chrome_trace(ranks, facts));
  const bool is_utf8 = name.find('\xff') == std::string::npos;
  if (is_utf8) CHECK(slices_of(trace).at(0).at("name") == name);
  if (is_utf8) CHECK(trace.at("otherData").at("program") == name);
}

TEST_CASE("outer slices come before those in them", "[run_watch]") {
  std::vector<RankTrace> ranks(1);
  ranks[0].slices = {slice("data", 10, 20), slice("forward", 20, 30), slice("step 1", 10, 30)};
  std::vector<std::string> names;
  for (const auto& event : slices_of(json::parse(engine::chrome_trace(ranks, {})))) names.push_back(event.at("name"));
  CHECK(names == std::vector<std::string>{"step 1", "data", "forward"});
}

TEST_CASE("all-reduces under way at once stand in rows of their own", "[run_watch]") {
  std::vector<RankTrace> ranks(1);
  ranks[0].slices = {reduction(0, 10), reduction(4, 6), reduction(5, 20), reduction(6, 8), reduction(10, 12)};
  const auto trace = json::parse(engine::chrome_trace(ranks, {}));
  std::vector<int> threads;
  for (const auto& event : slices_of(trace)) threads.push_back(event.at("tid"));
  CHECK(threads == std::vector<int>{2, 3, 4, 3, 2});
  CHECK(thread_names(trace).at({0, 4}) == "all-reduce 3");
}

TEST_CASE("a trace file is there and valid from the start", "[run_watch]") {
  const TemporaryDirectory scratch;
  engine::prepare_trace_file(scratch / "trace.json");
  CHECK(json::parse(base::read_text_file(scratch / "trace.json", 1U << 20U)).at("traceEvents").empty());
}

TEST_CASE("a trace file that cannot be written is an error with its name", "[run_watch]") {
  const TemporaryDirectory scratch;
  std::filesystem::create_directory(scratch / "directory");
  const auto name = GENERATE(as<std::string>(), "missing/trace.json", "directory", "/dev/null");
  const std::filesystem::path file = scratch.path() / name;
  try {
    engine::prepare_trace_file(file);
    FAIL("wrote " << file);
  } catch (const base::UserError& error) {
    CHECK(error.code() == base::ExitCode::kCannotCreate);
    CHECK_THAT(error.what(), ContainsSubstring(file.string()));
  }
}
