// Which of how many processes this one is, and where the others are met.
//
// Four ways lead to a run of several processes, and each tells its processes by environment variables: torchrun's
// convention (which our own launcher uses too), Open MPI's, Slurm's, or none, which is one process alone.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace topfive::dist {

struct World {
  int rank = 0;
  int size = 1;
  int local_rank = 0;  // among the processes on this host; chooses the device
  int local_size = 1;
  std::string master_address;     // where rank 0 listens; empty: one process alone
  std::uint16_t master_port = 0;  // rank 0's store
  std::string found_by;           // "torchrun's variables", for the first lines of a run

  bool alone() const { return size == 1; }
  bool is_main() const { return rank == 0; }
};

// The value of an environment variable, or none where it is not set.
using Environment = std::function<std::optional<std::string>(const std::string& name)>;
std::optional<std::string> process_environment(const std::string& name);

// torchrun's variables before Open MPI's before Slurm's: the inner launcher sees the outer one's variables too.
// Slurm counts within a step of srun only; the batch script itself, which has some of its variables, is no rank.
// MASTER_ADDR and MASTER_PORT, where set, override what Slurm and Open MPI would give. UserError(kConfig) for numbers
// that cannot be, and where several hosts are to meet and nothing says where.
World find_world(const Environment& environment = process_environment);

// The first host of a Slurm node list: "gpu[03-05,7]-ib,login" -> "gpu03-ib". Empty for an empty or malformed list.
std::string first_host(const std::string& node_list);

// "rank 1 of 4 (1 of 2 on this host), met at 10.0.0.1:29500 (found by Slurm's variables)"
std::string describe(const World& world);

}  // namespace topfive::dist
