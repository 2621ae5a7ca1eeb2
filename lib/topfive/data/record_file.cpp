#include "topfive/data/record_file.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "topfive/base/text.h"
#include "topfive/data/printable.h"

namespace topfive::data {
namespace {

namespace fs = std::filesystem;
using base::ExitCode;
using base::UserError;

constexpr std::array<std::byte, kDecoderSlack> make_end_markers() {
  std::array<std::byte, kDecoderSlack> markers{};
  for (std::size_t i = 0; i < markers.size(); ++i) markers[i] = static_cast<std::byte>(i % 2 == 0 ? 0xFF : 0xD9);
  return markers;
}

constexpr auto kEndMarkers = make_end_markers();

FileStamp stamp_from(const struct stat& info) {
  FileStamp stamp;
  if (S_ISREG(info.st_mode)) stamp.size = static_cast<std::uint64_t>(info.st_size);
  stamp.mtime_ns = std::int64_t{info.st_mtim.tv_sec} * 1'000'000'000 + info.st_mtim.tv_nsec;
  return stamp;
}

FileStamp stamp_of_open(int descriptor, const fs::path& path) {
  struct stat info {};
  if (::fstat(descriptor, &info) != 0) base::throw_system_error(ExitCode::kIo, "read", path, errno);
  return stamp_from(info);
}

// To the hard limit; where that is too low as well, opening says so.
void raise_open_file_limit() {
  struct rlimit limit {};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

bool out_of_descriptors() {
  const int probe = base::open_file("/dev/null", O_RDONLY);
  if (probe >= 0) ::close(probe);
  return probe < 0 && errno == EMFILE;
}

int open_archive(const fs::path& path) {
  if (out_of_descriptors()) raise_open_file_limit();
  return base::open_regular_file(path);
}

// The number of bytes read, or -1 with errno set.
ssize_t pread_all(int descriptor, std::uint64_t offset, std::span<std::byte> out) {
  std::size_t done = 0;
  while (done < out.size()) {
    const ssize_t count = ::pread(descriptor, out.data() + done, out.size() - done, static_cast<off_t>(offset + done));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return -1;
    if (count == 0) break;
    done += static_cast<std::size_t>(count);
  }
  return static_cast<ssize_t>(done);
}

}  // namespace

FileStamp stamp_of(const fs::path& path) {
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0) base::throw_system_error(ExitCode::kInputMissing, "read", path, errno);
  return stamp_from(info);
}

RawSample with_slack(std::vector<std::byte>& buffer, std::size_t size) {
  if (buffer.size() < size + kDecoderSlack) buffer.resize(size + kDecoderSlack);
  std::copy(kEndMarkers.begin(), kEndMarkers.end(), buffer.begin() + static_cast<std::ptrdiff_t>(size));
  RawSample sample;
  sample.bytes = std::span(buffer).first(size);
  sample.slack = kDecoderSlack;
  return sample;
}

RecordFile::RecordFile(fs::path path)
    : path_(std::move(path)),
      name_(printable(path_.string())),
      file_(open_archive(path_)),
      stamp_(stamp_of_open(file_.get(), path_)),
      current_(file_.get()) {}

std::size_t RecordFile::read_at(std::uint64_t offset, std::span<std::byte> out) const {
  const ssize_t count = pread_all(current_.load(std::memory_order_acquire), offset, out);
  if (count < 0) base::throw_system_error(ExitCode::kIo, "read", path_, errno);
  return static_cast<std::size_t>(count);
}

void RecordFile::fail(std::uint64_t offset, const std::string& what) const {
  throw SampleError(name_ + " at byte " + base::with_thousands(static_cast<long long>(offset)) + ": " + what);
}

RawSample RecordFile::read_record(std::uint64_t offset, std::uint64_t size, std::vector<std::byte>& buffer) const {
  if (size == 0) fail(offset, "the record is empty");
  if (size > kMaxRecordBytes) fail(offset, "the record has more than 256 MiB");
  const auto length = static_cast<std::size_t>(size);
  if (buffer.size() < length + kDecoderSlack) buffer.resize(length + kDecoderSlack);
  const ssize_t count = pread_all(current_.load(std::memory_order_acquire), offset, std::span(buffer).first(length));
  if (count < 0) fail(offset, std::generic_category().message(errno));
  if (static_cast<std::size_t>(count) < length) fail(offset, "the archive has become shorter");
  return with_slack(buffer, length);
}

void RecordFile::will_need(std::uint64_t offset, std::uint64_t size) const {
  ::posix_fadvise(current_.load(std::memory_order_acquire), static_cast<off_t>(offset), static_cast<off_t>(size),
                  POSIX_FADV_WILLNEED);
}

bool RecordFile::use_copy(const fs::path& copy) {
  base::FileDescriptor file(base::open_file(copy, O_RDONLY | O_NONBLOCK | O_NOCTTY));
  struct stat info {};
  if (!file.is_open() || ::fstat(file.get(), &info) != 0 || !S_ISREG(info.st_mode)) return false;
  if (stamp_from(info).size != stamp_.size) return false;
  const std::scoped_lock lock(copy_mutex_);
  if (copy_.is_open()) return false;
  copy_.reset(file.release());
  copy_path_ = copy;
  current_.store(copy_.get(), std::memory_order_release);
  return true;
}

void RecordFile::drop_copy() const {
  const std::scoped_lock lock(copy_mutex_);
  current_.store(file_.get(), std::memory_order_release);
  ::unlink(copy_path_.c_str());
}

}  // namespace topfive::data
