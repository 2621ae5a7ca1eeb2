#include "cli/rank_helpers.h"

#include <fstream>

#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

namespace topfive::tests {

std::string devices_of(int num_ranks) {
  std::string devices = "cpu";
  for (int i = 1; i < num_ranks; ++i) devices += ",cpu";
  return devices;
}

std::vector<pid_t> ranks_of(pid_t launcher) {
  const std::string id = std::to_string(launcher);
  std::ifstream file("/proc/" + id + "/task/" + id + "/children");
  std::vector<pid_t> pids;
  for (pid_t pid = 0; file >> pid;) pids.push_back(pid);
  return pids;
}

bool is_gone(pid_t pid) { return kill(pid, 0) != 0; }

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t found = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
  return found;
}

int next_port() {
  static int port = 21000 + static_cast<int>(getpid() % 1000);
  return ++port;
}

Variables torchrun_variables(int rank, int size, int port) {
  return {{"RANK", std::to_string(rank)},       {"WORLD_SIZE", std::to_string(size)},
          {"LOCAL_RANK", std::to_string(rank)}, {"LOCAL_WORLD_SIZE", std::to_string(size)},
          {"MASTER_ADDR", "127.0.0.1"},         {"MASTER_PORT", std::to_string(port)}};
}

Environment::Environment(Variables variables) : variables_(std::move(variables)) {
  for (const auto& [name, value] : variables_) setenv(name.c_str(), value.c_str(), 1);
}

Environment::~Environment() {
  for (const auto& variable : variables_) unsetenv(variable.first.c_str());
}

}  // namespace topfive::tests
