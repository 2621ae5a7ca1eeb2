#include "topfive/engine/chrome_trace.h"

#include <algorithm>
#include <limits>

#include <nlohmann/json.hpp>

#include "topfive/base/error.h"
#include "topfive/base/files.h"

namespace topfive::engine {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kTrainingThread = 1;
constexpr int kFirstAllReduceThread = 2;

double microseconds(std::int64_t nanoseconds) { return static_cast<double>(nanoseconds) / 1000.0; }

std::int64_t first_time(const std::vector<RankTrace>& ranks) {
  std::int64_t first = std::numeric_limits<std::int64_t>::max();
  for (const RankTrace& trace : ranks) {
    for (const TraceSlice& slice : trace.slices) first = std::min(first, slice.begin_ns);
  }
  return first;
}

// Outer slices before those in them, as readers of the format expect.
std::vector<TraceSlice> in_order(std::vector<TraceSlice> slices) {
  std::stable_sort(slices.begin(), slices.end(), [](const TraceSlice& a, const TraceSlice& b) {
    return a.begin_ns != b.begin_ns ? a.begin_ns < b.begin_ns : a.end_ns > b.end_ns;
  });
  return slices;
}

// The first of the threads on which nothing is under way at that time. `busy_until` is one time for each.
int free_thread(std::vector<std::int64_t>& busy_until, const TraceSlice& slice) {
  const auto found =
      std::find_if(busy_until.begin(), busy_until.end(), [&](auto end) { return end <= slice.begin_ns; });
  const auto index = found - busy_until.begin();
  if (found == busy_until.end()) busy_until.emplace_back();
  busy_until[static_cast<std::size_t>(index)] = slice.end_ns;
  return kFirstAllReduceThread + static_cast<int>(index);
}

Json name_event(const char* what, int rank, int thread, const std::string& name) {
  return {{"ph", "M"}, {"name", what}, {"pid", rank}, {"tid", thread}, {"args", {{"name", name}}}};
}

Json order_event(const char* what, int rank, int thread, int index) {
  return {{"ph", "M"}, {"name", what}, {"pid", rank}, {"tid", thread}, {"args", {{"sort_index", index}}}};
}

Json slice_event(const TraceSlice& slice, int rank, int thread, std::int64_t zero) {
  Json event = {{"ph", "X"},
                {"name", slice.name},
                {"pid", rank},
                {"tid", thread},
                {"ts", microseconds(slice.begin_ns - zero)},
                {"dur", microseconds(slice.end_ns - slice.begin_ns)}};
  for (const auto& [name, value] : slice.numbers) event["args"][name] = value;
  return event;
}

void add_thread_name(Json& events, int rank, int thread, const std::string& name) {
  events.push_back(name_event("thread_name", rank, thread, name));
  events.push_back(order_event("thread_sort_index", rank, thread, thread));
}

void add_rank(Json& events, const RankTrace& trace, int rank, std::int64_t zero) {
  events.push_back(name_event("process_name", rank, 0, "rank " + std::to_string(rank)));
  events.push_back(order_event("process_sort_index", rank, 0, rank));
  add_thread_name(events, rank, kTrainingThread, "training");
  std::vector<std::int64_t> busy_until;
  for (const TraceSlice& slice : in_order(trace.slices)) {
    const bool trains = slice.row == TraceRow::kTraining;
    events.push_back(slice_event(slice, rank, trains ? kTrainingThread : free_thread(busy_until, slice), zero));
  }
  for (std::size_t i = 0; i < busy_until.size(); ++i) {
    const std::string number = i == 0 ? "" : " " + std::to_string(i + 1);
    add_thread_name(events, rank, kFirstAllReduceThread + static_cast<int>(i), "all-reduce" + number);
  }
}

Json describe(const TraceFacts& facts, std::size_t num_ranks) {
  Json json = {{"program", facts.program},
               {"ranks", num_ranks},
               {"steps", facts.steps},
               {"times", facts.times},
               {"clocks", facts.clocks}};
  if (facts.overlap) {
    json["all_reduce_ms_per_step"] = facts.overlap->milliseconds_per_step;
    json["all_reduce_hidden_share"] = facts.overlap->hidden_share;
  }
  return json;
}

}  // namespace

std::string chrome_trace(const std::vector<RankTrace>& ranks, const TraceFacts& facts) {
  Json events = Json::array();
  const std::int64_t zero = first_time(ranks);
  for (std::size_t i = 0; i < ranks.size(); ++i) add_rank(events, ranks[i], static_cast<int>(i), zero);
  const Json json = {
      {"displayTimeUnit", "ms"}, {"otherData", describe(facts, ranks.size())}, {"traceEvents", std::move(events)}};
  return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

void prepare_trace_file(const std::filesystem::path& file) {
  std::error_code ignored;
  const auto status = std::filesystem::status(file, ignored);
  if (std::filesystem::exists(status) && !std::filesystem::is_regular_file(status)) {
    throw base::UserError(base::ExitCode::kCannotCreate,
                          "--trace " + file.string() + ": not a regular file; name a file for the trace");
  }
  base::write_file_atomically(file, chrome_trace({}, {}));
}

}  // namespace topfive::engine
