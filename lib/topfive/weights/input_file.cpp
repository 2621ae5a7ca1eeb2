#include "topfive/weights/input_file.h"

#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "topfive/base/error.h"

namespace topfive::weights {
namespace {

using base::ExitCode;
using base::UserError;

int open_for_reading(const std::string& name) {
  // Not blocking, so that a named pipe in the place of a file is refused and not waited for.
  const int descriptor = ::open(name.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (descriptor >= 0) return descriptor;
  const int error = errno;
  const auto code = error == ENOENT || error == ENOTDIR ? ExitCode::kInputMissing : ExitCode::kIo;
  throw UserError(code, name + ": cannot be opened: " + std::strerror(error) + "; check the path");
}

std::uint64_t regular_file_length(int descriptor, const std::string& name) {
  struct stat status {};
  if (::fstat(descriptor, &status) != 0) throw UserError(ExitCode::kIo, name + ": " + std::strerror(errno));
  if (!S_ISREG(status.st_mode)) {
    throw UserError(ExitCode::kBadData, name + ": not a regular file; name a .safetensors or .pth file");
  }
  return static_cast<std::uint64_t>(status.st_size);
}

}  // namespace

InputFile::InputFile(const std::filesystem::path& path) : name_(path.string()), descriptor_(open_for_reading(name_)) {
  try {
    length_ = regular_file_length(descriptor_, name_);
  } catch (...) {
    ::close(descriptor_);  // The destructor does not run for an object that was never complete.
    throw;
  }
}

InputFile::~InputFile() { ::close(descriptor_); }

void InputFile::read_at(std::uint64_t offset, std::span<std::byte> out) const {
  while (!out.empty()) {
    const ssize_t count = ::pread(descriptor_, out.data(), out.size(), static_cast<off_t>(offset));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) throw UserError(ExitCode::kIo, name_ + ": reading failed: " + std::strerror(errno));
    if (count == 0) throw UserError(ExitCode::kBadData, name_ + ": became shorter while it was read");
    offset += static_cast<std::uint64_t>(count);
    out = out.subspan(static_cast<std::size_t>(count));
  }
}

}  // namespace topfive::weights
