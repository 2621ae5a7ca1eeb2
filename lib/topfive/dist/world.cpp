#include "topfive/dist/world.h"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <limits>

#include "topfive/base/error.h"
#include "topfive/base/text.h"

namespace topfive::dist {
namespace {

using base::ExitCode;
using base::UserError;

// Below the range that Linux gives to outgoing connections (32768 and up).
constexpr std::uint64_t kFirstPort = 12000;
constexpr std::uint64_t kNumPorts = 20000;
constexpr const char* kLoopback = "127.0.0.1";

// Reads variables of one launcher, and says their names where they are wrong.
class Variables {
 public:
  explicit Variables(const Environment& environment) : environment_(environment) {}

  bool has(const std::string& name) const { return environment_(name).has_value(); }
  std::string text(const std::string& name) const { return environment_(name).value_or(""); }

  int number(const std::string& name, int lowest, int highest) const {
    const std::string value = text(name);
    int number = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
    const bool is_number = error == std::errc{} && end == value.data() + value.size() && !value.empty();
    if (is_number && number >= lowest && number <= highest) return number;
    throw UserError(ExitCode::kConfig, "environment variable " + name + " is " + base::in_quotes(value) +
                                           "; it must be a whole number from " + std::to_string(lowest) + " to " +
                                           std::to_string(highest) + ", as the launcher of this process sets it");
  }

  int number_or(const std::string& name, int lowest, int highest, int otherwise) const {
    return has(name) ? number(name, lowest, highest) : otherwise;
  }

 private:
  const Environment& environment_;
};

constexpr int kMaxRanks = 1 << 20;
constexpr int kMaxPort = std::numeric_limits<std::uint16_t>::max();

// The names under which a launcher tells the same four numbers.
struct Names {
  const char* rank;
  const char* size;
  const char* local_rank;
  const char* local_size;
};

World read_numbers(const Variables& variables, const Names& names) {
  World world;
  world.size = variables.number(names.size, 1, kMaxRanks);
  world.rank = variables.number(names.rank, 0, world.size - 1);
  world.local_size = variables.number_or(names.local_size, 1, world.size, 1);
  world.local_rank = variables.number_or(names.local_rank, 0, world.size - 1, 0);
  return world;
}

// Runs that share a host must not share a port: the number of the job decides.
std::uint16_t port_of_job(std::uint64_t job) { return static_cast<std::uint16_t>(kFirstPort + job % kNumPorts); }

std::uint64_t hash_of(const std::string& text) {
  std::uint64_t hash = 14695981039346656037ULL;  // FNV-1a: the same on every host, which std::hash need not be
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
  return hash;
}

void override_meeting_place(const Variables& variables, World& world) {
  if (variables.has("MASTER_ADDR")) world.master_address = variables.text("MASTER_ADDR");
  world.master_port = static_cast<std::uint16_t>(variables.number_or("MASTER_PORT", 1, kMaxPort, world.master_port));
}

World from_torchrun(const Variables& variables) {
  World world = read_numbers(variables, {"RANK", "WORLD_SIZE", "LOCAL_RANK", "LOCAL_WORLD_SIZE"});
  world.found_by = variables.has("TOPFIVE_LAUNCHER") ? variables.text("TOPFIVE_LAUNCHER") : "torchrun's variables";
  for (const char* name : {"MASTER_ADDR", "MASTER_PORT"}) {
    if (world.size == 1 || variables.has(name)) continue;
    throw UserError(ExitCode::kConfig, std::string("WORLD_SIZE is ") + std::to_string(world.size) + ", but " + name +
                                           " is not set; every rank needs the host and the port of rank 0");
  }
  override_meeting_place(variables, world);
  return world;
}

World from_open_mpi(const Variables& variables) {
  World world = read_numbers(variables, {"OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE", "OMPI_COMM_WORLD_LOCAL_RANK",
                                         "OMPI_COMM_WORLD_LOCAL_SIZE"});
  world.found_by = "Open MPI's variables";
  if (world.local_size == world.size) world.master_address = kLoopback;
  // Equal in all processes of one mpirun, different between two of them.
  const char* const job = variables.has("PMIX_NAMESPACE") ? "PMIX_NAMESPACE" : "OMPI_MCA_ess_base_jobid";
  world.master_port = port_of_job(hash_of(variables.text(job)));
  override_meeting_place(variables, world);
  if (world.master_address.empty()) {
    throw UserError(ExitCode::kConfig,
                    "mpirun started processes on several hosts, which meet at rank 0's; say where by "
                    "mpirun -x MASTER_ADDR=HOST");
  }
  return world;
}

World from_slurm(const Variables& variables) {
  World world = read_numbers(variables, {"SLURM_PROCID", "SLURM_STEP_NUM_TASKS", "SLURM_LOCALID", "SLURM_NONE"});
  world.found_by = "Slurm's variables";
  const int nodes = variables.number_or("SLURM_STEP_NUM_NODES", 1, kMaxRanks, 1);
  if (nodes == 1) {
    world.local_size = world.size;
    world.master_address = kLoopback;
  } else {
    world.local_size = std::max(world.local_rank + 1, world.size / nodes);
    world.master_address = first_host(variables.text("SLURM_STEP_NODELIST"));
  }
  const auto job =
      static_cast<std::uint64_t>(variables.number_or("SLURM_JOB_ID", 0, std::numeric_limits<int>::max(), 0));
  const auto step =
      static_cast<std::uint64_t>(variables.number_or("SLURM_STEP_ID", 0, std::numeric_limits<int>::max(), 0));
  world.master_port = port_of_job(job * 31 + step);
  override_meeting_place(variables, world);
  if (world.master_address.empty()) {
    throw UserError(ExitCode::kConfig, "SLURM_STEP_NODELIST is " +
                                           base::in_quotes(variables.text("SLURM_STEP_NODELIST")) +
                                           ", which names no host; set MASTER_ADDR to the host of rank 0");
  }
  return world;
}

}  // namespace

std::optional<std::string> process_environment(const std::string& name) {
  const char* const value = std::getenv(name.c_str());  // NOLINT(concurrency-mt-unsafe): nobody sets variables
  if (value == nullptr) return std::nullopt;
  return value;
}

World find_world(const Environment& environment) {
  const Variables variables(environment);
  if (variables.has("RANK") && variables.has("WORLD_SIZE")) return from_torchrun(variables);
  if (variables.has("OMPI_COMM_WORLD_RANK") && variables.has("OMPI_COMM_WORLD_SIZE")) return from_open_mpi(variables);
  if (variables.has("SLURM_PROCID") && variables.has("SLURM_STEP_NUM_TASKS")) return from_slurm(variables);
  World alone;
  alone.found_by = "no launcher's variables";
  return alone;
}

std::string first_host(const std::string& node_list) {
  const auto bracket = node_list.find('[');
  const auto comma = node_list.find(',');
  if (bracket == std::string::npos || comma < bracket) return node_list.substr(0, comma);
  const auto end = node_list.find(']', bracket);
  if (end == std::string::npos) return "";
  const std::string numbers = node_list.substr(bracket + 1, end - bracket - 1);
  const std::string suffix = node_list.substr(end + 1, node_list.find(',', end) - end - 1);
  return node_list.substr(0, bracket) + numbers.substr(0, numbers.find_first_of("-,")) + suffix;
}

std::string describe(const World& world) {
  if (world.alone()) return "one process";
  return "rank " + std::to_string(world.rank) + " of " + std::to_string(world.size) + " (" +
         std::to_string(world.local_rank + 1) + " of " + std::to_string(world.local_size) + " on this host), met at " +
         world.master_address + ":" + std::to_string(world.master_port) + " (found by " + world.found_by + ")";
}

}  // namespace topfive::dist
