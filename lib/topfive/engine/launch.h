// Several devices named in one command: one process for each of them, on this host.
#pragma once

#include <optional>

#include "topfive/base/error.h"
#include "topfive/engine/train_run.h"

namespace topfive::engine {

// Where the request names several devices and no launcher has started this process as a rank: checks the recipe, runs
// this program once per device with the same command line, and returns what the run ended with. Else nothing. To be
// called before the process has other threads.
std::optional<base::ExitCode> launch_ranks(const TrainRequest& request);

}  // namespace topfive::engine
