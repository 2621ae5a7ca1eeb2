#include "topfive/engine/machine_room.h"

#include <algorithm>
#include <fstream>
#include <limits>
#include <optional>
#include <string>

namespace topfive::engine {
namespace {

namespace fs = std::filesystem;

// The number after a key in a file of lines "key: number unit" or "key number".
std::optional<std::int64_t> number_after(const fs::path& file, const std::string& key) {
  std::ifstream stream(file);
  for (std::string word; stream >> word;) {
    std::int64_t number = 0;
    if (word == key && stream >> number) return number;
  }
  return std::nullopt;
}

// Nothing where the file is missing or says "max".
std::optional<std::int64_t> only_number(const fs::path& file) {
  std::ifstream stream(file);
  std::int64_t number = 0;
  if (!(stream >> number)) return std::nullopt;
  return number;
}

// The group's path in the second version's single tree: "0::/system.slice/job_7".
fs::path control_group(const fs::path& root) {
  std::ifstream stream(root / "proc/self/cgroup");
  for (std::string line; std::getline(stream, line);) {
    if (line.starts_with("0::/")) return line.substr(4);
  }
  return {};
}

// What a group may still take. Pages of files that nobody uses are given up when memory gets short.
std::optional<std::int64_t> room_in_group(const fs::path& group) {
  const auto limit = only_number(group / "memory.max");
  const auto used = only_number(group / "memory.current");
  if (!limit || !used) return std::nullopt;
  const std::int64_t idle = number_after(group / "memory.stat", "inactive_file").value_or(0);
  return std::max<std::int64_t>(*limit - *used + idle, 0);
}

}  // namespace

std::int64_t available_memory(const fs::path& root) {
  const auto kibibytes = number_after(root / "proc/meminfo", "MemAvailable:");
  std::int64_t available = kibibytes ? *kibibytes * 1024 : std::numeric_limits<std::int64_t>::max();
  // Every group above limits as well.
  for (fs::path group = control_group(root);; group = group.parent_path()) {
    if (const auto room = room_in_group(root / "sys/fs/cgroup" / group)) available = std::min(available, *room);
    if (group.empty()) break;
  }
  return available == std::numeric_limits<std::int64_t>::max() ? 0 : available;
}

std::int64_t free_disk(const fs::path& directory) {
  std::error_code error;
  fs::path existing = fs::absolute(directory, error);
  while (!existing.empty() && !fs::exists(existing, error) && existing != existing.parent_path()) {
    existing = existing.parent_path();
  }
  const auto space = fs::space(existing, error);
  return error ? 0 : static_cast<std::int64_t>(space.available);
}

}  // namespace topfive::engine
