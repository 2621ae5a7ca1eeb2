// How much memory and disk a run may take here.
#pragma once

#include <cstdint>
#include <filesystem>

namespace topfive::engine {

// Bytes of memory that this process can still get: what the kernel calls available, or less where a control group (of a
// container or a batch system) limits it. 0 where the system does not say. `root` stands for "/" in tests.
std::int64_t available_memory(const std::filesystem::path& root = "/");

// Bytes that may be written below a directory, which need not exist yet. 0 where the system does not say.
std::int64_t free_disk(const std::filesystem::path& directory);

}  // namespace topfive::engine
