// The file of a traced run, in the Trace Event Format: chrome://tracing and ui.perfetto.dev open it.
// https://docs.google.com/document/d/1CvAClvFfyA5R-PhYUmn5OOQtYMH4h6I0nSsKchNAySU
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "topfive/engine/trace_figures.h"
#include "topfive/engine/trace_records.h"

namespace topfive::engine {

// What the file says about itself.
struct TraceFacts {
  std::string program;  // "topfive 0.1.0"
  std::string times;    // where they were taken
  std::string clocks;   // how well those of different ranks agree
  std::int64_t steps = 0;
  std::optional<Overlap> overlap;
};

// One process for each rank, by rank; in it a row for training and as many as are needed for all-reduces under way at
// once. The times of all ranks are of one clock; in the file they are microseconds since the first of them. Slices of a
// row contain one another or are apart.
std::string chrome_trace(const std::vector<RankTrace>& ranks, const TraceFacts& facts);

// An empty trace, so that the file is valid whatever happens to the run. UserError(kCannotCreate) where it cannot be
// written, or would replace something other than a file.
void prepare_trace_file(const std::filesystem::path& file);

}  // namespace topfive::engine
