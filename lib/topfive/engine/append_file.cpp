#include "topfive/engine/append_file.h"

#include <algorithm>
#include <cerrno>
#include <span>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "topfive/base/log.h"
#include "topfive/base/text.h"

namespace topfive::engine {
namespace {

constexpr unsigned kFileMode = 0666;  // less the umask

}  // namespace

AppendFile::AppendFile(std::filesystem::path path, std::int64_t keep_bytes)
    : path_(std::move(path)), file_(base::open_file(path_, O_WRONLY | O_CREAT | O_APPEND | O_NONBLOCK, kFileMode)) {
  struct stat status {};
  const bool opened = file_.is_open() && ::fstat(file_.get(), &status) == 0;
  if (!opened) base::throw_system_error(base::ExitCode::kCannotCreate, "write", path_, errno);
  if (!S_ISREG(status.st_mode)) {
    throw base::UserError(base::ExitCode::kCannotCreate,
                          path_.string() + ": not a regular file; remove it or choose another --out");
  }
  bytes_ = std::min<std::int64_t>(keep_bytes, status.st_size);
  if (bytes_ < keep_bytes && status.st_size > 0) {
    base::log_warning(path_.string() + ": " + base::with_thousands(keep_bytes - bytes_) +
                      " bytes are missing that the checkpoint knew");
  }
  if (::ftruncate(file_.get(), bytes_) != 0) {
    base::throw_system_error(base::ExitCode::kCannotCreate, "write", path_, errno);
  }
}

void AppendFile::append(std::string_view bytes) {
  if (!base::write_all(file_.get(), std::as_bytes(std::span(bytes)))) {
    const int error = errno;
    // Half a record would stay in front of all that follow once there is room again.
    [[maybe_unused]] const int ignored = ::ftruncate(file_.get(), bytes_);
    base::throw_system_error(base::ExitCode::kIo, "write", path_, error);
  }
  bytes_ += static_cast<std::int64_t>(bytes.size());
}

void AppendFile::sync() {
  int result = -1;
  do {
    result = ::fdatasync(file_.get());
  } while (result != 0 && errno == EINTR);
  // Some file systems cannot sync and say so.
  if (result != 0 && errno != EINVAL && errno != ENOTSUP) {
    base::throw_system_error(base::ExitCode::kIo, "sync", path_, errno);
  }
}

}  // namespace topfive::engine
