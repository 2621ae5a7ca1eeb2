// An owned file descriptor, and the error texts of the file functions. For rooms that read files by themselves.
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <utility>

#include "topfive/base/error.h"

namespace topfive::base {

// Closes on destruction.
class FileDescriptor {
 public:
  explicit FileDescriptor(int descriptor) : descriptor_(descriptor) {}
  ~FileDescriptor();
  FileDescriptor(const FileDescriptor&) = delete;
  FileDescriptor& operator=(const FileDescriptor&) = delete;

  int get() const { return descriptor_; }
  bool is_open() const { return descriptor_ >= 0; }
  // False with errno set if closing failed: on some file systems that is where a full disk shows.
  bool close();
  // Closes and takes another one.
  void reset(int descriptor) {
    close();
    descriptor_ = descriptor;
  }
  // Hands the descriptor over to the caller, who closes it.
  int release() { return std::exchange(descriptor_, -1); }

 private:
  int descriptor_;
};

// open() again when a signal interrupts it; always close-on-exec.
int open_file(const char* path, int flags, unsigned mode = 0);
inline int open_file(const std::filesystem::path& path, int flags, unsigned mode = 0) {
  return open_file(path.c_str(), flags, mode);
}
// O_NONBLOCK, as opening a named pipe that nobody writes to would wait for ever. Refuses all but
// regular files.
int open_regular_file(const char* path);
inline int open_regular_file(const std::filesystem::path& path) { return open_regular_file(path.c_str()); }
// Writes everything; false with errno set.
bool write_all(int descriptor, std::span<const std::byte> bytes);

// "cannot write \"/x/y\": No space left on device; free space or choose another --out", from
// errno's value.
[[noreturn]] void throw_system_error(ExitCode code, const std::string& action, const std::filesystem::path& path,
                                     int error);

}  // namespace topfive::base
