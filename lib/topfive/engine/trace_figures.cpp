#include "topfive/engine/trace_figures.h"

#include <algorithm>
#include <functional>
#include <limits>
#include <utility>

namespace topfive::engine {
namespace {

using Span = std::pair<std::int64_t, std::int64_t>;  // from, to

// As spans that are in order and apart.
std::vector<Span> united(std::vector<Span> spans) {
  std::sort(spans.begin(), spans.end());
  std::vector<Span> result;
  for (const Span& span : spans) {
    if (!result.empty() && span.first <= result.back().second) {
      result.back().second = std::max(result.back().second, span.second);
    } else {
      result.push_back(span);
    }
  }
  return result;
}

std::vector<Span> spans_of(const RankTrace& trace, const std::function<bool(const TraceSlice&)>& wanted) {
  std::vector<Span> spans;
  for (const TraceSlice& slice : trace.slices) {
    if (wanted(slice)) spans.emplace_back(slice.begin_ns, slice.end_ns);
  }
  return united(std::move(spans));
}

std::vector<Span> spans_named(const RankTrace& trace, const std::string& name) {
  return spans_of(trace,
                  [&](const TraceSlice& slice) { return slice.row == TraceRow::kTraining && slice.name == name; });
}

std::int64_t length(const std::vector<Span>& spans) {
  std::int64_t sum = 0;
  for (const auto& [from, to] : spans) sum += to - from;
  return sum;
}

std::int64_t common_length(const std::vector<Span>& a, const std::vector<Span>& b) {
  std::int64_t sum = 0;
  for (const auto& [a_from, a_to] : a) {
    for (const auto& [b_from, b_to] : b) {
      sum += std::max<std::int64_t>(std::min(a_to, b_to) - std::max(a_from, b_from), 0);
    }
  }
  return sum;
}

struct Offset {
  std::int64_t middle = 0;
  std::int64_t half_width = 0;
};

// How far `own` is ahead of `main`.
Offset clock_offset(const std::vector<Meeting>& own, const std::vector<Meeting>& main) {
  std::int64_t least = std::numeric_limits<std::int64_t>::min();
  std::int64_t most = std::numeric_limits<std::int64_t>::max();
  const std::size_t count = std::min(own.size(), main.size());
  if (count == 0) return {};
  for (std::size_t i = 0; i < count; ++i) {
    least = std::max(least, own[i].before_ns - main[i].after_ns);
    most = std::min(most, own[i].after_ns - main[i].before_ns);
  }
  return {least + (most - least) / 2, std::max<std::int64_t>(most - least, 0) / 2};
}

}  // namespace

std::int64_t align_clocks(std::vector<RankTrace>& ranks) {
  std::int64_t worst = 0;
  for (std::size_t i = 1; i < ranks.size(); ++i) {
    const Offset offset = clock_offset(ranks[i].meetings, ranks[0].meetings);
    worst = std::max(worst, offset.half_width);
    for (TraceSlice& slice : ranks[i].slices) {
      slice.begin_ns -= offset.middle;
      slice.end_ns -= offset.middle;
    }
  }
  return worst;
}

std::optional<Overlap> measure_overlap(const std::vector<RankTrace>& ranks, std::int64_t steps) {
  std::int64_t all = 0;
  std::int64_t hidden = 0;
  for (const RankTrace& trace : ranks) {
    const auto reductions = spans_of(trace, [](const TraceSlice& slice) { return slice.row == TraceRow::kAllReduce; });
    all += length(reductions);
    // The wait is a part of the backward pass.
    hidden += common_length(reductions, spans_named(trace, kBackwardSlice)) -
              common_length(reductions, spans_named(trace, kWaitSlice));
  }
  if (all == 0 || steps == 0) return std::nullopt;
  return Overlap{1e-6 * static_cast<double>(all) / static_cast<double>(steps) / static_cast<double>(ranks.size()),
                 static_cast<double>(hidden) / static_cast<double>(all)};
}

}  // namespace topfive::engine
