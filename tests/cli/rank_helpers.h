// What tests of runs with several ranks need beside the programs.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include <sys/types.h>

namespace topfive::tests {

// "cpu" for one rank, "cpu,cpu" for two.
std::string devices_of(int num_ranks);

// The processes that a launcher has started, by rank.
std::vector<pid_t> ranks_of(pid_t launcher);
bool is_gone(pid_t pid);

// How often a part occurs in a text.
std::size_t count(const std::string& text, const std::string& part);

// Ports below those that the system gives to others; one for each test that needs one.
int next_port();

using Variables = std::vector<std::pair<std::string, std::string>>;

// As torchrun sets them for the ranks of one host.
Variables torchrun_variables(int rank, int size, int port);

// Sets variables for the programs that are started meanwhile.
class Environment {
 public:
  explicit Environment(Variables variables);
  ~Environment();
  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;

 private:
  Variables variables_;
};

}  // namespace topfive::tests
