#include "topfive/engine/launch.h"

#include <chrono>
#include <fstream>
#include <string>
#include <vector>

#include "topfive/base/log.h"
#include "topfive/dist/launcher.h"
#include "topfive/dist/world.h"
#include "topfive/engine/device.h"
#include "topfive/engine/run_config.h"
#include "topfive/engine/run_length.h"

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

std::optional<base::ExitCode> launch_ranks(const TrainRequest& request) {
  const int num_ranks = count_devices(request.devices);
  if (num_ranks == 1 || request.dry_run || !dist::find_world().alone()) return std::nullopt;
  // One error here instead of one from each rank.
  const RunConfig config = load_run_config(find_config(request.config), request.overrides);
  device_batch_size(config.train, num_ranks);
  dist::LaunchRequest launch;
  launch.command = own_command();
  launch.num_ranks = num_ranks;
  // The heartbeat tells the other ranks at once; who has not ended after this long hangs.
  launch.grace = std::chrono::seconds{4};
  return dist::run_ranks(launch);
}

}  // namespace topfive::engine
