#include <array>
#include <cerrno>
#include <functional>
#include <system_error>

#include <fcntl.h>
#include <unistd.h>

#include "topfive/base/file_descriptor.h"
#include "topfive/base/files.h"

namespace topfive::base {
namespace {

constexpr unsigned kFileMode = 0666;  // less the umask

std::filesystem::path directory_of(const std::filesystem::path& path) {
  return path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
}

// Tries `create` with names in the directory of `path` until one is free: a crashed process with
// the same id may have left one. `create` returns a negative number with errno set. The name does
// not repeat that of `path`, which may be as long as the file system allows.
std::filesystem::path make_temporary(const std::filesystem::path& path,
                                     const std::function<int(const std::filesystem::path&)>& create) {
  constexpr int kMaxTries = 10'000;
  int error = EEXIST;
  for (int i = 0; i < kMaxTries && error == EEXIST; ++i) {
    auto name = directory_of(path) / (".topfive-" + std::to_string(::getpid()) + "-" + std::to_string(i) + ".tmp");
    if (create(name) >= 0) return name;
    error = errno;
  }
  throw_system_error(ExitCode::kCannotCreate, "write", path, error);
}

bool sync_descriptor(int descriptor) {
  int result = -1;
  do {
    result = ::fsync(descriptor);
  } while (result != 0 && errno == EINTR);
  return result == 0;
}

// Writes, syncs and closes; 0, or the error.
int fill(FileDescriptor& file, std::span<const std::span<const std::byte>> parts) {
  for (const auto& part : parts) {
    if (!write_all(file.get(), part)) return errno;
  }
  if (!sync_descriptor(file.get()) || !file.close()) return errno;
  return 0;
}

// Moves the temporary over `path`, or removes it and throws.
void rename_over(const std::filesystem::path& temporary, const std::filesystem::path& path) {
  if (::rename(temporary.c_str(), path.c_str()) == 0) return;
  const int error = errno;
  ::unlink(temporary.c_str());
  throw_system_error(ExitCode::kCannotCreate, "write", path, error);
}

}  // namespace

void write_file_atomically(const std::filesystem::path& path, std::string_view content) {
  int descriptor = -1;
  const auto temporary = make_temporary(path, [&](const std::filesystem::path& name) {
    return descriptor = open_file(name, O_WRONLY | O_CREAT | O_EXCL, kFileMode);
  });
  FileDescriptor file(descriptor);
  const std::array parts{std::as_bytes(std::span(content))};
  if (const int error = fill(file, parts); error != 0) {
    ::unlink(temporary.c_str());
    throw_system_error(ExitCode::kIo, "write", path, error);
  }
  rename_over(temporary, path);
  sync_directory(directory_of(path));
}

void write_new_file(const std::filesystem::path& path, std::span<const std::span<const std::byte>> parts) {
  FileDescriptor file(open_file(path, O_WRONLY | O_CREAT | O_EXCL, kFileMode));
  if (!file.is_open()) throw_system_error(ExitCode::kCannotCreate, "write", path, errno);
  if (const int error = fill(file, parts); error != 0) {
    ::unlink(path.c_str());
    throw_system_error(ExitCode::kIo, "write", path, error);
  }
}

void sync_directory(const std::filesystem::path& directory) {
  const FileDescriptor file(open_file(directory, O_RDONLY | O_DIRECTORY));
  if (!file.is_open()) throw_system_error(ExitCode::kIo, "sync", directory, errno);
  // Some network file systems cannot sync a directory and say so; their renames are durable or are
  // not, anyway.
  if (!sync_descriptor(file.get()) && errno != EINVAL && errno != ENOTSUP) {
    throw_system_error(ExitCode::kIo, "sync", directory, errno);
  }
}

void create_writable_directory(const std::filesystem::path& directory) {
  std::error_code error;
  std::filesystem::create_directories(directory, error);
  if (!error && !std::filesystem::is_directory(directory, error)) {
    error = std::make_error_code(std::errc::not_a_directory);
  }
  if (error) throw_system_error(ExitCode::kCannotCreate, "create directory", directory, error.value());
  if (::faccessat(AT_FDCWD, directory.c_str(), W_OK | X_OK, AT_EACCESS) != 0) {
    throw_system_error(ExitCode::kCannotCreate, "write into directory", directory, errno);
  }
}

void replace_symlink(const std::filesystem::path& link, const std::filesystem::path& target) {
  const auto temporary =
      make_temporary(link, [&](const std::filesystem::path& name) { return ::symlink(target.c_str(), name.c_str()); });
  rename_over(temporary, link);
  sync_directory(directory_of(link));
}

}  // namespace topfive::base
