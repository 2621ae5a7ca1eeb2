#include "topfive/engine/trace_records.h"

#include <algorithm>

#include <nlohmann/json.hpp>

namespace topfive::engine {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::int64_t kWarmUpSteps = 5;
constexpr std::int64_t kTracedSteps = 20;

bool starts_within(const TraceSlice& slice, const TraceSlice& outer) {
  return slice.begin_ns >= outer.begin_ns && slice.begin_ns <= outer.end_ns;
}

}  // namespace

TraceWindow trace_window(std::int64_t steps_left) {
  const std::int64_t skip = std::clamp<std::int64_t>(steps_left - kTracedSteps, 0, kWarmUpSteps);
  return {skip, std::min(steps_left - skip, kTracedSteps)};
}

void add_waits(RankTrace& trace) {
  std::vector<TraceSlice> waits;
  for (const TraceSlice& backward : trace.slices) {
    if (backward.row != TraceRow::kTraining || backward.name != kBackwardSlice) continue;
    std::int64_t last_start = -1;
    for (const TraceSlice& slice : trace.slices) {
      const bool counts = slice.row == TraceRow::kAllReduce && starts_within(slice, backward);
      if (counts) last_start = std::max(last_start, slice.begin_ns);
    }
    if (last_start >= 0) waits.push_back({TraceRow::kTraining, kWaitSlice, last_start, backward.end_ns, {}});
  }
  trace.slices.insert(trace.slices.end(), waits.begin(), waits.end());
}

std::string to_text(const RankTrace& trace) {
  Json slices = Json::array();
  for (const TraceSlice& slice : trace.slices) {
    slices.push_back({static_cast<int>(slice.row), slice.name, slice.begin_ns, slice.end_ns, slice.numbers});
  }
  Json meetings = Json::array();
  for (const Meeting& meeting : trace.meetings) meetings.push_back({meeting.before_ns, meeting.after_ns});
  return Json{{"slices", slices}, {"meetings", meetings}}.dump();
}

RankTrace parse_rank_trace(const std::string& text) {
  const Json json = Json::parse(text);
  RankTrace trace;
  for (const Json& slice : json.at("slices")) {
    trace.slices.push_back({static_cast<TraceRow>(slice.at(0).get<int>()), slice.at(1), slice.at(2), slice.at(3),
                            slice.at(4).get<std::vector<std::pair<std::string, std::int64_t>>>()});
  }
  for (const Json& meeting : json.at("meetings")) trace.meetings.push_back({meeting.at(0), meeting.at(1)});
  return trace;
}

}  // namespace topfive::engine
