#include <array>
#include <cerrno>
#include <string>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include "topfive/base/file_descriptor.h"
#include "topfive/base/files.h"
#include "topfive/base/text.h"

namespace topfive::base {
namespace {

// The holder writes its id there; until it has done so, nothing can be said about it.
std::string owner_text(int descriptor) {
  std::array<char, 32> text{};
  const ssize_t length = ::pread(descriptor, text.data(), text.size() - 1, 0);
  std::string digits;
  for (ssize_t i = 0; i < length; ++i) {
    const char c = text[static_cast<std::size_t>(i)];
    if (c < '0' || c > '9') break;
    digits += c;
  }
  return digits.empty() ? "another process" : "process " + digits;
}

bool write_owner(int descriptor) {
  const std::string owner = std::to_string(::getpid()) + "\n";
  return ::ftruncate(descriptor, 0) == 0 && write_all(descriptor, std::as_bytes(std::span(owner)));
}

// 0, or the error. flock() belongs to the open file, so the lock goes when the process dies for any
// reason.
int lock_now(int descriptor) {
  int result = -1;
  do {
    result = ::flock(descriptor, LOCK_EX | LOCK_NB);
  } while (result != 0 && errno == EINTR);
  return result == 0 ? 0 : errno;
}

}  // namespace

FileLock::FileLock(const std::filesystem::path& path) {
  FileDescriptor file(open_file(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK, 0666));
  if (!file.is_open()) throw_system_error(ExitCode::kCannotCreate, "lock", path, errno);
  const int error = lock_now(file.get());
  if (error == EWOULDBLOCK) {
    throw UserError(ExitCode::kCannotCreate, "cannot lock " + in_quotes(path.string(), 4096) + ": " +
                                                 owner_text(file.get()) +
                                                 " uses it; wait for it to end or choose another --out");
  }
  if (error != 0) throw_system_error(ExitCode::kCannotCreate, "lock", path, error);
  if (!write_owner(file.get())) throw_system_error(ExitCode::kIo, "lock", path, errno);
  descriptor_ = file.release();
}

// The file stays: removing it would let a third process lock a new file while a second one holds
// the old.
FileLock::~FileLock() { ::close(descriptor_); }

}  // namespace topfive::base
