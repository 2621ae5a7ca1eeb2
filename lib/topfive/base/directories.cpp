#include <algorithm>
#include <cerrno>

#include "topfive/base/file_descriptor.h"
#include "topfive/base/files.h"

namespace topfive::base {
namespace {

namespace fs = std::filesystem;

// Links to directories count.
bool is_directory(const fs::path& path, FileSystem& files) {
  return OpenFile(files, uninterrupted([&] { return files.open_directory(path); })).is_open();
}

// The directory and those of its parents that do not exist, the innermost first. Only then is errno something else
// than ENOENT an obstacle.
std::vector<fs::path> missing_directories(const fs::path& directory, FileSystem& files) {
  std::vector<fs::path> missing;
  for (fs::path path = directory; !is_directory(path, files); path = parent_directory(path)) {
    if (errno != ENOENT) throw_system_error(ExitCode::kCannotCreate, "create directory", directory, errno);
    missing.push_back(path);
  }
  return missing;
}

}  // namespace

fs::path parent_directory(const fs::path& path) { return path.has_parent_path() ? path.parent_path() : fs::path("."); }

void create_writable_directory(const fs::path& directory, FileSystem& files) {
  const auto missing = missing_directories(directory, files);
  for (auto path = missing.rbegin(); path != missing.rend(); ++path) {
    // Another process may make it at the same moment.
    if (uninterrupted([&] { return files.make_directory(*path); }) != 0 && errno != EEXIST) {
      throw_system_error(ExitCode::kCannotCreate, "create directory", directory, errno);
    }
    sync_directory(parent_directory(*path), files);
  }
  if (uninterrupted([&] { return files.check_writable(directory); }) != 0) {
    throw_system_error(ExitCode::kCannotCreate, "write into directory", directory, errno);
  }
}

bool remove_tree(const fs::path& path, FileSystem& files) {
  EntryKind kind = EntryKind::kOther;
  if (uninterrupted([&] { return files.kind_of(path, kind); }) != 0) return errno == ENOENT;
  if (kind != EntryKind::kDirectory) return uninterrupted([&] { return files.remove_file(path); }) == 0;
  std::vector<DirectoryEntry> entries;
  bool removed = uninterrupted([&] { return files.list(path, entries); }) == 0;
  for (const auto& entry : entries) removed = remove_tree(path / entry.name, files) && removed;
  return removed && uninterrupted([&] { return files.remove_directory(path); }) == 0;
}

std::vector<DirectoryEntry> list_directory(const fs::path& directory, FileSystem& files) {
  std::vector<DirectoryEntry> entries;
  if (uninterrupted([&] { return files.list(directory, entries); }) != 0) {
    throw_system_error(ExitCode::kIo, "read directory", directory, errno);
  }
  std::sort(entries.begin(), entries.end(),
            [](const DirectoryEntry& a, const DirectoryEntry& b) { return a.name < b.name; });
  return entries;
}

bool entry_exists(const fs::path& path, FileSystem& files) {
  EntryKind kind = EntryKind::kOther;
  if (uninterrupted([&] { return files.kind_of(path, kind); }) == 0) return true;
  if (errno != ENOENT && errno != ENOTDIR) throw_system_error(ExitCode::kIo, "read", path, errno);
  return false;
}

}  // namespace topfive::base
