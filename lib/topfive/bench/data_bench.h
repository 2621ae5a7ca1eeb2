// What `bench data` does: the input path of a run, measured alone.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "topfive/bench/loader_run.h"

namespace topfive::bench {

struct DataBenchRequest {
  std::string config;                  // a path, or the name of a shipped config
  std::vector<std::string> overrides;  // "key=value"
  std::filesystem::path data_directory;
  std::string split = "train";  // or "val"
  int threads = 0;              // that load, and that normalise; 0: as the config says
  int batch_size = 0;           // 0: as the config says
  RunLimits limits;             // none set: ten seconds
  std::filesystem::path json;   // empty: no file
};

// Loads batches exactly as training (or evaluation) does, and normalises each on the CPU; then times the stages on
// one thread. Returns the report. Throws UserError.
std::string run_data_bench(const DataBenchRequest& request);

struct WindowBenchRequest {
  std::string config;
  std::vector<std::string> overrides;
  std::filesystem::path data_directory;
  std::string split = "train";
  std::int64_t pictures = 500;
  int rounds = 9;
  int index_step = 0;  // see WindowSetup
  std::filesystem::path json;
};

// Windows of JPEG files alone, as the recipe's transforms draw them. Returns the report. Throws UserError.
std::string run_window_bench(const WindowBenchRequest& request);

// "train" or "val"; UserError(kUsage) otherwise.
data::Split split_of(const std::string& name);

}  // namespace topfive::bench
