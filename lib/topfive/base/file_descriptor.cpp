#include "topfive/base/file_descriptor.h"

#include <cerrno>
#include <system_error>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "topfive/base/text.h"

namespace topfive::base {
namespace {

std::string next_step(int error) {
  switch (error) {
    case ENOSPC:
    case EDQUOT:
      return "; free space or choose another --out";
    case EROFS:
      return "; choose another --out";
    case EFBIG:
      return "; raise the limit on file sizes (ulimit -f) or choose another --out";
    case EIO:
      return "; check the disk and the system's log (dmesg)";
    case EACCES:
    case EPERM:
      return "; check the permissions";
    case ENOENT:
    case ENOTDIR:
      return "; check the path";
    case EMFILE:
    case ENFILE:
      return "; raise the limit on open files (ulimit -n)";
    default:
      return "";
  }
}

std::string kind_of(mode_t mode) {
  if (S_ISDIR(mode)) return "a directory";
  if (S_ISFIFO(mode)) return "a named pipe";
  if (S_ISSOCK(mode)) return "a socket";
  return "a device";
}

}  // namespace

FileDescriptor::~FileDescriptor() { close(); }

bool FileDescriptor::close() {
  if (descriptor_ < 0) return true;
  // Linux has released the descriptor even when close() fails; a second try could close somebody
  // else's.
  const int result = ::close(descriptor_);
  descriptor_ = -1;
  return result == 0 || errno == EINTR;
}

int open_file(const char* path, int flags, unsigned mode) {
  int descriptor = -1;
  do {
    descriptor = ::open(path, flags | O_CLOEXEC, mode);
  } while (descriptor < 0 && errno == EINTR);
  return descriptor;
}

int open_regular_file(const char* path) {
  FileDescriptor file(open_file(path, O_RDONLY | O_NONBLOCK | O_NOCTTY));
  if (!file.is_open()) throw_system_error(ExitCode::kInputMissing, "read", path, errno);
  struct stat info {};
  if (::fstat(file.get(), &info) != 0) throw_system_error(ExitCode::kIo, "read", path, errno);
  if (!S_ISREG(info.st_mode)) {
    throw UserError(ExitCode::kBadData, "cannot read " + in_quotes(path, 4096) + ": it is " + kind_of(info.st_mode) +
                                            ", not a regular file; name a file");
  }
  return file.release();
}

bool write_all(int descriptor, std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
  return true;
}

void throw_system_error(ExitCode code, const std::string& action, const std::filesystem::path& path, int error) {
  throw UserError(code, "cannot " + action + " " + in_quotes(path.string(), 4096) + ": " +
                            std::generic_category().message(error) + next_step(error));
}

}  // namespace topfive::base
