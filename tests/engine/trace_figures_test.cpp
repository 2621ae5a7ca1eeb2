#include "topfive/engine/trace_figures.h"

#include <cstdlib>

#include "support/catch.h"

using namespace topfive;
using engine::Meeting;
using engine::RankTrace;
using engine::TraceRow;
using engine::TraceSlice;

namespace {

constexpr std::int64_t kMillisecond = 1'000'000;

TraceSlice slice(TraceRow row, const std::string& name, std::int64_t begin_ms, std::int64_t end_ms) {
  return {row, name, begin_ms * kMillisecond, end_ms * kMillisecond, {}};
}

TraceSlice backward(std::int64_t begin_ms, std::int64_t end_ms) {
  return slice(TraceRow::kTraining, engine::kBackwardSlice, begin_ms, end_ms);
}

TraceSlice reduction(std::int64_t begin_ms, std::int64_t end_ms) {
  return slice(TraceRow::kAllReduce, "bucket", begin_ms, end_ms);
}

}  // namespace

TEST_CASE("a trace skips warm-up steps where enough are left", "[run_watch]") {
  const auto [left, skip, count] = GENERATE(table<int, int, int>(
      {{0, 0, 0}, {1, 0, 1}, {2, 0, 2}, {20, 0, 20}, {21, 1, 20}, {25, 5, 20}, {26, 5, 20}, {100000, 5, 20}}));
  const auto window = engine::trace_window(left);
  CHECK(window.skip == skip);
  CHECK(window.count == count);
}

TEST_CASE("what a rank has recorded comes to rank 0 as it is", "[run_watch]") {
  RankTrace trace;
  trace.slices = {{TraceRow::kAllReduce, "bucket \"3\"", -5, 1'234'567'890'123'456'789, {{"bytes", 7}, {"bucket", 3}}},
                  backward(1, 2)};
  trace.meetings = {{1, 2}, {3, 4}};
  const RankTrace found = engine::parse_rank_trace(engine::to_text(trace));
  REQUIRE(found.slices.size() == 2);
  CHECK(found.slices[0].row == TraceRow::kAllReduce);
  CHECK(found.slices[0].name == "bucket \"3\"");
  CHECK(found.slices[0].begin_ns == -5);
  CHECK(found.slices[0].end_ns == 1'234'567'890'123'456'789);
  CHECK(found.slices[0].numbers == trace.slices[0].numbers);
  CHECK(found.slices[1].name == engine::kBackwardSlice);
  REQUIRE(found.meetings.size() == 2);
  CHECK(found.meetings[1].before_ns == 3);
  CHECK(found.meetings[1].after_ns == 4);
}

TEST_CASE("a backward pass waits from the start of its last all-reduce", "[run_watch]") {
  RankTrace trace;
  trace.slices = {backward(0, 10), backward(20, 30), backward(40, 50),
                  reduction(2, 4), reduction(6, 9),  reduction(21, 30)};
  engine::add_waits(trace);
  REQUIRE(trace.slices.size() == 8);  // none in the third pass, of a step's first part for example
  CHECK(trace.slices[6].name == engine::kWaitSlice);
  CHECK(trace.slices[6].begin_ns == 6 * kMillisecond);
  CHECK(trace.slices[6].end_ns == 10 * kMillisecond);
  CHECK(trace.slices[7].begin_ns == 21 * kMillisecond);
}

TEST_CASE("hidden is what of the all-reduce lies under the computing of gradients", "[run_watch]") {
  std::vector<RankTrace> ranks(2);
  // 2 to 8 and 8 to 12 as one; gradients are there at 8.
  ranks[0].slices = {backward(0, 12), reduction(2, 6), reduction(4, 8), reduction(8, 12)};
  // All of it is waited for.
  ranks[1].slices = {backward(0, 12), reduction(10, 12)};
  for (auto& rank : ranks) engine::add_waits(rank);
  const auto overlap = engine::measure_overlap(ranks, 1);
  REQUIRE(overlap);
  CHECK(overlap->milliseconds_per_step == Approx(6.0));  // (10 + 2) / 2
  CHECK(overlap->hidden_share == Approx(0.5));           // 6 of 12
  CHECK(engine::measure_overlap(ranks, 4)->milliseconds_per_step == Approx(1.5));
}

TEST_CASE("without an all-reduce there is no overlap to tell of", "[run_watch]") {
  std::vector<RankTrace> ranks(1);
  CHECK_FALSE(engine::measure_overlap(ranks, 0));
  ranks[0].slices = {backward(0, 12)};
  CHECK_FALSE(engine::measure_overlap(ranks, 1));
}

TEST_CASE("clocks of several hosts are aligned within what the meetings allow", "[run_watch]") {
  constexpr std::int64_t kAhead = 1'000'000;
  std::vector<RankTrace> ranks(2);
  // At true times: rank 0 comes at 100 and leaves at 140, rank 1 comes at 120 and leaves at 150, and so on.
  ranks[0].meetings = {{100, 140}, {210, 230}, {300, 390}};
  ranks[1].meetings = {{kAhead + 120, kAhead + 150}, {kAhead + 200, kAhead + 222}, {kAhead + 310, kAhead + 320}};
  ranks[0].slices = {backward(1, 2)};
  ranks[1].slices = {{TraceRow::kTraining, "forward", kAhead + 500, kAhead + 700, {}}};
  const std::int64_t apart = engine::align_clocks(ranks);
  CHECK(apart == 16);  // from 120 - 140 to 222 - 210
  CHECK(std::abs(ranks[1].slices[0].begin_ns - 500) <= apart);
  CHECK(ranks[1].slices[0].end_ns - ranks[1].slices[0].begin_ns == 200);
  CHECK(ranks[0].slices[0].begin_ns == kMillisecond);
}

TEST_CASE("ranks that share a clock stay as they are", "[run_watch]") {
  std::vector<RankTrace> ranks(2);
  ranks[1].slices = {backward(1, 2)};
  CHECK(engine::align_clocks(ranks) == 0);
  CHECK(ranks[1].slices[0].begin_ns == kMillisecond);
}
