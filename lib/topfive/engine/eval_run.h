// What the `eval` program does, from its flags to the two numbers.
#pragma once

#include <filesystem>
#include <string>

namespace topfive::engine {

struct EvalRequest {
  std::filesystem::path checkpoint;  // a run directory, or a checkpoint in it
  std::filesystem::path data_directory;
  std::string devices = "auto";
  std::filesystem::path predictions;  // CSV; empty for none
  std::filesystem::path out;          // JSON; empty for none
};

struct EvalOutcome {
  bool complete = false;  // false: stopped by a signal, nothing written
  std::string report;     // two lines: the top-1 and the top-5 error with their counts
};

// Verifies the checkpoint, rebuilds its network and evaluates it on the validation split of the data, every picture
// exactly once; a picture that cannot be read is an error. Writes the files asked for. Throws UserError.
EvalOutcome run_evaluation(const EvalRequest& request);

}  // namespace topfive::engine
