#include "topfive/engine/machine_room.h"

#include <fstream>

#include "support/catch.h"
#include "support/temporary_directory.h"

using topfive::engine::available_memory;
using topfive::tests::TemporaryDirectory;

namespace {

constexpr std::int64_t kMiB = 1 << 20;

void write(const std::filesystem::path& path, const std::string& text) {
  std::filesystem::create_directories(path.parent_path());
  std::ofstream(path) << text;
}

// A machine with 1000 MiB, of which 600 MiB are available.
void write_meminfo(const TemporaryDirectory& root) {
  write(root / "proc/meminfo",
        "MemTotal:        1024000 kB\nMemFree:           10240 kB\nMemAvailable:     614400 kB\n");
}

}  // namespace

TEST_CASE("without control groups the kernel's figure counts", "[run_watch]") {
  const TemporaryDirectory root;
  write_meminfo(root);
  CHECK(available_memory(root.path()) == 600 * kMiB);
}

TEST_CASE("a control group that has less room counts, its idle pages of files as room", "[run_watch]") {
  const TemporaryDirectory root;
  write_meminfo(root);
  write(root / "proc/self/cgroup", "0::/batch/job_7\n");
  write(root / "sys/fs/cgroup/batch/job_7/memory.max", std::to_string(300 * kMiB) + "\n");
  write(root / "sys/fs/cgroup/batch/job_7/memory.current", std::to_string(250 * kMiB) + "\n");
  write(root / "sys/fs/cgroup/batch/job_7/memory.stat", "anon 5\ninactive_file " + std::to_string(20 * kMiB) + "\n");
  CHECK(available_memory(root.path()) == 70 * kMiB);
}

TEST_CASE("a limit of a group above counts, and no limit does not", "[run_watch]") {
  const TemporaryDirectory root;
  write_meminfo(root);
  write(root / "proc/self/cgroup", "0::/batch/job_7\n");
  write(root / "sys/fs/cgroup/batch/job_7/memory.max", "max\n");
  write(root / "sys/fs/cgroup/batch/job_7/memory.current", "5\n");
  CHECK(available_memory(root.path()) == 600 * kMiB);
  write(root / "sys/fs/cgroup/batch/memory.max", std::to_string(100 * kMiB) + "\n");
  write(root / "sys/fs/cgroup/batch/memory.current", std::to_string(120 * kMiB) + "\n");
  CHECK(available_memory(root.path()) == 0);
}

TEST_CASE("a system that does not say is unknown", "[run_watch]") {
  const TemporaryDirectory root;
  CHECK(available_memory(root.path()) == 0);
}

TEST_CASE("the disk below a directory that does not exist yet is that of its nearest parent", "[run_watch]") {
  const TemporaryDirectory root;
  CHECK(topfive::engine::free_disk(root / "runs/a/b") > 0);
  CHECK(topfive::engine::free_disk("/proc/self") == 0);
}
