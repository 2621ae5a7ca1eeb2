// Several devices named in one command: one process for each of them, on this host.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "topfive/base/error.h"

namespace topfive::engine {

// Where `devices` (see choose_device) names several and no launcher has started this process as a rank: calls `check`,
// which throws where no rank could begin, runs this program once per device with the same command line, and returns
// what the run ended with. Else nothing. To be called before the process has other threads.
std::optional<base::ExitCode> launch_ranks(const std::string& devices, const std::function<void(int num_ranks)>& check);

}  // namespace topfive::engine
