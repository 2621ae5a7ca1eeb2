// What one rank of a traced run did and when, in the form in which it travels to rank 0.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace topfive::engine {

// The steps of this process that are recorded: `count` of them after the first `skip`.
struct TraceWindow {
  std::int64_t skip = 0;
  std::int64_t count = 0;
};
// Twenty steps after five that warm up memory, threads and connections. A run with fewer steps left gives up warm-up
// steps first.
TraceWindow trace_window(std::int64_t steps_left);

// Slices of kTraining contain one another or are apart; those of kAllReduce may overlap in part.
enum class TraceRow { kTraining, kAllReduce };

// The slices that more than one place has to know by name.
inline constexpr const char* kBackwardSlice = "backward";
// The end of a backward pass from the moment at which the last gradients are there and on their way.
inline constexpr const char* kWaitSlice = "waiting for all-reduce";

// Nanoseconds of the rank's own clock.
struct TraceSlice {
  TraceRow row = TraceRow::kTraining;
  std::string name;
  std::int64_t begin_ns = 0;
  std::int64_t end_ns = 0;
  std::vector<std::pair<std::string, std::int64_t>> numbers;  // {"bytes", 1048576}
};

// A rank's clock before and after a moment in which all ranks stood together.
struct Meeting {
  std::int64_t before_ns = 0;
  std::int64_t after_ns = 0;
};

struct RankTrace {
  std::vector<TraceSlice> slices;
  std::vector<Meeting> meetings;  // the same number on all ranks; none where they share one clock
};

// Adds a kWaitSlice to each backward pass in which an all-reduce started.
void add_waits(RankTrace& trace);

std::string to_text(const RankTrace& trace);
// Of to_text() only: anything else is a broken invariant, std::exception.
RankTrace parse_rank_trace(const std::string& text);

}  // namespace topfive::engine
