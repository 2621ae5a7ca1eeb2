// Test cases that several processes run together.
#pragma once

#include <chrono>
#include <filesystem>
#include <string>

#include "topfive/dist/launcher.h"
#include "topfive/dist/ranks.h"

namespace topfive::tests {

// Runs the test case of this program with this name, a hidden one, as so many ranks. kOk where all of its checks hold
// on all of them.
inline base::ExitCode run_as_ranks(const std::string& test_case, int num_ranks) {
  dist::LaunchRequest request;
  request.command = {std::filesystem::read_symlink("/proc/self/exe").string(), test_case};
  request.num_ranks = num_ranks;
  return dist::run_ranks(request);
}

// In such a test case: this process as one of the ranks, on the CPU. Once in a process.
inline dist::Ranks meet(std::chrono::seconds timeout = std::chrono::seconds{30}) {
  return {dist::find_world(), torch::kCPU, timeout};
}

}  // namespace topfive::tests
