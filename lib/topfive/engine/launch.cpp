#include "topfive/engine/launch.h"

#include <chrono>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "topfive/dist/launcher.h"
#include "topfive/dist/world.h"
#include "topfive/engine/device.h"

namespace topfive::engine {
namespace {

// The command line of this process, with the program's own file in front.
std::vector<std::string> own_command() {
  std::vector<std::string> command;
  std::ifstream file("/proc/self/cmdline", std::ios::binary);
  for (std::string argument; std::getline(file, argument, '\0');) command.push_back(argument);
  command.front() = std::filesystem::read_symlink("/proc/self/exe").string();
  return command;
}

}  // namespace

std::optional<base::ExitCode> launch_ranks(const std::string& devices,
                                           const std::function<void(int num_ranks)>& check) {
  const int num_ranks = count_devices(devices);
  if (num_ranks == 1 || !dist::find_world().alone()) return std::nullopt;
  check(num_ranks);
  dist::LaunchRequest launch;
  launch.command = own_command();
  launch.num_ranks = num_ranks;
  launch.name = std::filesystem::path(launch.command.front()).filename().string() + " --devices";
  // The heartbeat tells the other ranks at once; who has not ended after this long hangs.
  launch.grace = std::chrono::seconds{4};
  return dist::run_ranks(launch);
}

}  // namespace topfive::engine
