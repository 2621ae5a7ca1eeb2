// What the `train` program does, from its flags to the end of the run.
#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "topfive/engine/train_state.h"
#include "topfive/weights/load_weights.h"

namespace topfive::engine {

struct TrainRequest {
  std::string config;                  // a path, or the name of a shipped config
  std::vector<std::string> overrides;  // "key=value"
  std::filesystem::path data_directory;
  std::filesystem::path stage;  // copy the archives of the data there meanwhile; empty: do not
  std::filesystem::path run_directory;
  std::string resume;                         // empty, "auto", or a checkpoint's path
  std::vector<std::string> accepted_changes;  // see check_same_run()
  std::filesystem::path weights;              // where a new run starts from; empty: from initial weights
  weights::LoadPolicy policy = weights::LoadPolicy::kHeadOnly;
  std::string devices = "auto";
  std::optional<std::chrono::seconds> max_time;
  std::filesystem::path trace;  // see RunTrace; empty: none
  bool dry_run = false;         // check everything, write nothing
  bool smoke = false;           // make_smoke() of the recipe; without data, in a directory that is removed again
};

// Throws UserError where a recipe cannot be trained by so many ranks, before any of them is started: one error instead
// of one from each.
void check_for_ranks(const TrainRequest& request, int num_ranks);

// Says what it is about to do, trains, and says how it ended. Throws UserError.
TrainOutcome run_training(const TrainRequest& request);

// "90s", "30m", "3h" or "1h30m". UserError(kUsage) otherwise.
std::chrono::seconds parse_duration(const std::string& text);

}  // namespace topfive::engine
