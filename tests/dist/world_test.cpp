#include "topfive/dist/world.h"

#include <map>

#include "topfive/base/error.h"

#include "support/catch.h"

namespace topfive::dist {
namespace {

using Variables = std::map<std::string, std::string>;

Environment environment_of(Variables variables) {
  return [variables = std::move(variables)](const std::string& name) -> std::optional<std::string> {
    const auto entry = variables.find(name);
    if (entry == variables.end()) return std::nullopt;
    return entry->second;
  };
}

World world_of(Variables variables) { return find_world(environment_of(std::move(variables))); }

const Variables kTorchrun = {{"RANK", "5"},
                             {"WORLD_SIZE", "8"},
                             {"LOCAL_RANK", "1"},
                             {"LOCAL_WORLD_SIZE", "4"},
                             {"MASTER_ADDR", "10.0.0.1"},
                             {"MASTER_PORT", "29500"}};

// What srun sets on two hosts with two tasks each.
const Variables kSlurm = {{"SLURM_PROCID", "3"},         {"SLURM_STEP_NUM_TASKS", "4"},         {"SLURM_LOCALID", "1"},
                          {"SLURM_STEP_NUM_NODES", "2"}, {"SLURM_STEP_NODELIST", "gpu[03-04]"}, {"SLURM_JOB_ID", "17"},
                          {"SLURM_STEP_ID", "0"}};

const Variables kOpenMpi = {{"OMPI_COMM_WORLD_RANK", "1"},
                            {"OMPI_COMM_WORLD_SIZE", "2"},
                            {"OMPI_COMM_WORLD_LOCAL_RANK", "1"},
                            {"OMPI_COMM_WORLD_LOCAL_SIZE", "2"},
                            {"PMIX_NAMESPACE", "host-4711@1"}};

Variables with(Variables variables, const std::string& name, const std::string& value) {
  variables[name] = value;
  return variables;
}

Variables without(Variables variables, const std::string& name) {
  variables.erase(name);
  return variables;
}

TEST_CASE("without a launcher's variables a process is alone") {
  const World world = world_of({});
  CHECK(world.alone());
  CHECK(world.is_main());
  CHECK(describe(world) == "one process");
}

TEST_CASE("torchrun's variables are read") {
  const World world = world_of(kTorchrun);
  CHECK(world.rank == 5);
  CHECK(world.size == 8);
  CHECK(world.local_rank == 1);
  CHECK(describe(world) == "rank 5 of 8 (2 of 4 on this host), met at 10.0.0.1:29500 (found by torchrun's variables)");
}

TEST_CASE("a step of Slurm meets on the first of its hosts, at a port that its number gives") {
  const World world = world_of(kSlurm);
  CHECK(world.rank == 3);
  CHECK(world.local_rank == 1);
  CHECK(world.local_size == 2);
  CHECK(world.master_address == "gpu03");
  CHECK(world.master_port == world_of(with(kSlurm, "SLURM_PROCID", "0")).master_port);
  CHECK(world.master_port != world_of(with(kSlurm, "SLURM_JOB_ID", "18")).master_port);
  CHECK(world.master_port != world_of(with(kSlurm, "SLURM_STEP_ID", "1")).master_port);
}

TEST_CASE("a step of Slurm on one host stays on its loopback interface") {
  const World world = world_of(with(kSlurm, "SLURM_STEP_NUM_NODES", "1"));
  CHECK(world.master_address == "127.0.0.1");
  CHECK(world.local_size == 4);
}

TEST_CASE("a batch script of Slurm is no rank") { CHECK(world_of(without(kSlurm, "SLURM_STEP_NUM_TASKS")).alone()); }

TEST_CASE("Open MPI's variables are read, and two runs on one host do not share a port") {
  const World world = world_of(kOpenMpi);
  CHECK(world.rank == 1);
  CHECK(world.size == 2);
  CHECK(world.master_address == "127.0.0.1");
  CHECK(world.master_port != world_of(with(kOpenMpi, "PMIX_NAMESPACE", "host-4712@1")).master_port);
}

TEST_CASE("the inner launcher counts: mpirun within a step of Slurm, torchrun within either") {
  Variables nested = kSlurm;
  nested.insert(kOpenMpi.begin(), kOpenMpi.end());
  CHECK(world_of(nested).size == 2);
  nested.insert(kTorchrun.begin(), kTorchrun.end());
  CHECK(world_of(nested).size == 8);
}

TEST_CASE("MASTER_ADDR and MASTER_PORT override what Slurm would give") {
  const World world = world_of(with(with(kSlurm, "MASTER_ADDR", "10.1.1.1"), "MASTER_PORT", "4242"));
  CHECK(world.master_address == "10.1.1.1");
  CHECK(world.master_port == 4242);
}

TEST_CASE("variables that cannot be are refused by name") {
  struct Case {
    Variables variables;
    std::string told;
  };
  const auto wrong = GENERATE(values<Case>({
      {with(kTorchrun, "RANK", "8"), "RANK is \"8\""},
      {with(kTorchrun, "RANK", "-1"), "RANK is \"-1\""},
      {with(kTorchrun, "WORLD_SIZE", "two"), "WORLD_SIZE is \"two\""},
      {with(kTorchrun, "WORLD_SIZE", ""), "WORLD_SIZE is \"\""},
      {with(kTorchrun, "MASTER_PORT", "70000"), "MASTER_PORT is \"70000\""},
      {without(kTorchrun, "MASTER_PORT"), "MASTER_PORT is not set"},
      {without(kTorchrun, "MASTER_ADDR"), "MASTER_ADDR is not set"},
      {with(kSlurm, "SLURM_STEP_NODELIST", ""), "set MASTER_ADDR"},
      {with(kSlurm, "SLURM_PROCID", "4"), "SLURM_PROCID is \"4\""},
      {with(kOpenMpi, "OMPI_COMM_WORLD_LOCAL_SIZE", "1"), "mpirun -x MASTER_ADDR"},
  }));
  INFO(wrong.told);
  try {
    world_of(wrong.variables);
    FAIL("no error");
  } catch (const base::UserError& error) {
    CHECK(error.code() == base::ExitCode::kConfig);
    CHECK_THAT(error.what(), ContainsSubstring(wrong.told));
  }
}

TEST_CASE("the first host of a node list") {
  CHECK(first_host("gpu03") == "gpu03");
  CHECK(first_host("gpu03,gpu04") == "gpu03");
  CHECK(first_host("gpu[03-05,7],login") == "gpu03");
  CHECK(first_host("gpu[7,9]") == "gpu7");
  CHECK(first_host("rack1-gpu[01-02]-ib") == "rack1-gpu01-ib");
  CHECK(first_host("login,gpu[03-05]") == "login");
  CHECK(first_host("").empty());
  CHECK(first_host("gpu[03-05").empty());
}

}  // namespace
}  // namespace topfive::dist
