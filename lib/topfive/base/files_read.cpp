#include <cerrno>

#include <sys/stat.h>
#include <unistd.h>

#include "topfive/base/file_descriptor.h"
#include "topfive/base/files.h"
#include "topfive/base/text.h"

namespace topfive::base {
namespace {

// The length that the file has now. What is appended while it is read is left out.
std::size_t checked_length(const FileDescriptor& file, const char* path, std::uint64_t max_bytes) {
  struct stat info {};
  if (::fstat(file.get(), &info) != 0) throw_system_error(ExitCode::kIo, "read", path, errno);
  const auto length = static_cast<std::uint64_t>(info.st_size);
  if (length > max_bytes) {
    throw UserError(ExitCode::kBadData, "cannot read " + in_quotes(path, 4096) + ": it has " +
                                            with_thousands(static_cast<long long>(length)) + " bytes, at most " +
                                            with_thousands(static_cast<long long>(max_bytes)) +
                                            " are accepted; check that it is the right file");
  }
  return static_cast<std::size_t>(length);
}

// Fills the bytes; returns how many there were, which is fewer if the file was cut meanwhile.
std::size_t read_all(const FileDescriptor& file, const char* path, std::span<std::byte> bytes) {
  std::size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t count = ::read(file.get(), bytes.data() + done, bytes.size() - done);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) throw_system_error(ExitCode::kIo, "read", path, errno);
    if (count == 0) break;
    done += static_cast<std::size_t>(count);
  }
  return done;
}

}  // namespace

std::string read_text_file(const std::filesystem::path& path, std::uint64_t max_bytes) {
  const FileDescriptor file(open_regular_file(path));
  std::string text(checked_length(file, path.c_str(), max_bytes), '\0');
  text.resize(read_all(file, path.c_str(), std::as_writable_bytes(std::span(text))));
  return text;
}

void read_binary_file(const char* path, std::uint64_t max_bytes, std::vector<std::byte>& buffer) {
  const FileDescriptor file(open_regular_file(path));
  buffer.resize(checked_length(file, path, max_bytes));
  buffer.resize(read_all(file, path, buffer));
}

void read_in_pieces(const std::filesystem::path& path, FileSystem& files,
                    const std::function<void(std::span<const std::byte>)>& take) {
  const OpenFile file(files, uninterrupted([&] { return files.open_for_reading(path); }));
  if (!file.is_open()) {
    throw_system_error(errno == ENOENT ? ExitCode::kInputMissing : ExitCode::kIo, "read", path, errno);
  }
  std::vector<std::byte> buffer(std::size_t{1} << 16U);
  while (true) {
    const ssize_t count = uninterrupted([&] { return files.read(file.get(), buffer); });
    if (count < 0) throw_system_error(ExitCode::kIo, "read", path, errno);
    if (count == 0) return;
    take(std::span(buffer).first(static_cast<std::size_t>(count)));
  }
}

void read_binary_file(const std::filesystem::path& path, std::uint64_t max_bytes, std::vector<std::byte>& buffer) {
  read_binary_file(path.c_str(), max_bytes, buffer);
}

}  // namespace topfive::base
