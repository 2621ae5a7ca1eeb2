// Starts the processes of a run on this host and stays with them until the last one has ended.
//
// The launcher holds no tensors and takes part in no collective: it can always react. Its children die with it,
// whatever ends it (PR_SET_PDEATHSIG), so no rank is ever left behind.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "topfive/base/error.h"

namespace topfive::dist {

struct LaunchRequest {
  std::vector<std::string> command;  // what each rank executes; the first is the program's path
  int num_ranks = 1;
  // How long the other ranks may take to end by themselves after one has failed; then they are killed.
  std::chrono::milliseconds grace{std::chrono::seconds{125}};
  std::string name = "a launcher";  // how the ranks say by whom they were found: "train --devices"
};

// How one rank ended.
struct RankEnd {
  int rank = 0;
  int exit_code = 0;  // 128 + signal where a signal ended it
  int signal = 0;     // 0: it ended by itself
};

// "rank 1 was ended by signal 9 (Killed)", "rank 0 ended with exit code 65"
std::string describe(const RankEnd& end);

// What the whole run ends with, from the ends of its ranks in the order in which they came: the first cause that is
// not just another rank's failure (76), kPeerFailed where a signal ended a rank, else kStopped where one stopped.
base::ExitCode outcome_of(const std::vector<RankEnd>& ends);

// Runs all ranks and returns what the run ends with. They get torchrun's variables with a free port of the loopback
// interface, and share standard output and error. SIGINT, SIGTERM and SIGUSR1 that the launcher gets go on to every
// rank, once per signal: the ranks are in a process group of their own, which a terminal's Ctrl-C does not reach.
// To be called before the process has other threads. UserError(kInternal) where the system has no processes to give.
base::ExitCode run_ranks(const LaunchRequest& request);

}  // namespace topfive::dist
