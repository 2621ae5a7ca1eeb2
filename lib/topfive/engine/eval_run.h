// What the `eval` program does, from its flags to the two numbers.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "topfive/base/error.h"
#include "topfive/engine/train_config.h"
#include "topfive/weights/load_weights.h"

namespace topfive::engine {

struct EvalRequest {
  std::filesystem::path checkpoint;  // a run directory, or a checkpoint in it; empty if weights are given
  std::filesystem::path weights;     // a .safetensors, .pth or .pt file
  std::string model;                 // a preset's name or a config file; empty: as the weights' metadata say
  weights::LoadPolicy policy = weights::LoadPolicy::kHeadOnly;
  std::filesystem::path data_directory;
  std::filesystem::path stage;  // copy the archives of the data there meanwhile; empty: do not
  std::string devices = "auto";
  std::optional<EvalProtocol> protocol;  // none: as the checkpoint's recipe says
  bool skip_bad = false;                 // leave pictures out that cannot be used, and say so
  std::filesystem::path predictions;     // CSV; empty for none
  std::filesystem::path out;             // JSON; empty for none
};

struct EvalOutcome {
  // kStopped: by a signal, nothing written. Another failure: this is not rank 0, which tells it.
  base::ExitCode code = base::ExitCode::kOk;
  // On rank 0, two lines: the top-1 and the top-5 error with their counts; one more where some are missing.
  std::string report;
};

// Rebuilds the network of the checkpoint, which is verified, or of the weights, and evaluates it on the validation
// split of the data, every picture exactly once; a picture that cannot be used is an error, or is left out of the
// counts and reported. Writes the files asked for. Throws UserError.
//
// Where a launcher has started this process as one of several ranks, they share the batches out; each batch is the one
// that a process alone would make. Rank 0 has the counts of all, writes, and tells what went wrong on any of them.
EvalOutcome run_evaluation(const EvalRequest& request);

}  // namespace topfive::engine
