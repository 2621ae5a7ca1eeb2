#include "topfive/data/stage.h"

#include <array>
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>

#include <fcntl.h>
#include <unistd.h>

#include "topfive/base/crc32c.h"
#include "topfive/base/error.h"
#include "topfive/base/files.h"
#include "topfive/base/log.h"
#include "topfive/base/sha256.h"
#include "topfive/base/text.h"
#include "topfive/data/printable.h"

namespace topfive::data {
namespace {

namespace fs = std::filesystem;
using base::ExitCode;
using base::UserError;

constexpr std::size_t kPieceBytes = std::size_t{4} << 20U;

// A new file that is removed unless it was renamed in the end.
class TemporaryCopy {
 public:
  explicit TemporaryCopy(fs::path target)
      : target_(std::move(target)),
        path_(target_.string() + ".tmp"),
        file_(base::open_file(path_, O_RDWR | O_CREAT | O_TRUNC, 0666)) {
    if (!file_.is_open()) base::throw_system_error(ExitCode::kCannotCreate, "write", path_, errno);
  }
  ~TemporaryCopy() {
    if (!renamed_) ::unlink(path_.c_str());
  }
  TemporaryCopy(const TemporaryCopy&) = delete;
  TemporaryCopy& operator=(const TemporaryCopy&) = delete;

  void write(std::span<const std::byte> bytes) {
    if (!base::write_all(file_.get(), bytes)) base::throw_system_error(ExitCode::kIo, "write", path_, errno);
  }
  // Of what lies on the disk, as far as the system lets one see it.
  std::uint32_t checksum() {
    if (::fsync(file_.get()) != 0) base::throw_system_error(ExitCode::kIo, "write", path_, errno);
    ::posix_fadvise(file_.get(), 0, 0, POSIX_FADV_DONTNEED);
    const RecordFile copy(path_);
    std::vector<std::byte> piece(kPieceBytes);
    std::uint32_t sum = 0;
    for (std::uint64_t offset = 0; offset < copy.size();) {
      const std::size_t count = copy.read_at(offset, piece);
      if (count == 0) break;
      sum = base::crc32c(std::span(piece).first(count), sum);
      offset += count;
    }
    return sum;
  }
  void publish() {
    if (::rename(path_.c_str(), target_.c_str()) != 0) {
      base::throw_system_error(ExitCode::kCannotCreate, "write", target_, errno);
    }
    renamed_ = true;
  }

 private:
  fs::path target_;
  fs::path path_;
  base::FileDescriptor file_;
  bool renamed_ = false;
};

// False where it was told to stop.
bool copy_archive(const RecordFile& archive, const fs::path& target, const std::stop_token& stop) {
  TemporaryCopy copy(target);
  std::vector<std::byte> piece(kPieceBytes);
  std::uint32_t sum = 0;
  std::uint64_t offset = 0;
  while (offset < archive.size()) {
    if (stop.stop_requested()) return false;
    const std::size_t count = archive.read_at(offset, piece);
    if (count == 0) throw UserError(ExitCode::kIo, archive.name() + ": became shorter while it was copied");
    const auto bytes = std::span<const std::byte>(piece).first(count);
    sum = base::crc32c(bytes, sum);
    copy.write(bytes);
    offset += count;
  }
  if (copy.checksum() != sum) {
    throw UserError(ExitCode::kIo, printable(target.string()) + ": the copy differs from what was written");
  }
  copy.publish();
  return true;
}

// Empty where another process holds it.
std::unique_ptr<base::FileLock> try_lock(const fs::path& path) {
  try {
    return std::make_unique<base::FileLock>(path);
  } catch (const UserError&) {
    std::error_code ignored;
    if (!fs::exists(path, ignored)) throw;  // not even the lock could be made
    return nullptr;
  }
}

void pause(const std::stop_token& stop) {
  std::mutex mutex;
  std::condition_variable_any condition;
  std::unique_lock lock(mutex);
  condition.wait_for(lock, stop, std::chrono::seconds(1), [] { return false; });
}

}  // namespace

fs::path staged_path(const fs::path& directory, const RecordFile& archive) {
  std::error_code error;
  const fs::path whole = fs::weakly_canonical(archive.path(), error);
  const std::string what = (error ? archive.path() : whole).string() + "\n" + std::to_string(archive.size()) + "\n" +
                           std::to_string(archive.stamp().mtime_ns);
  return directory / (archive.path().stem().string() + "-" + base::sha256_of(what).substr(0, 16) +
                      archive.path().extension().string());
}

Stage::Stage(fs::path directory, std::vector<std::shared_ptr<RecordFile>> archives, const fs::path& data_dir)
    : directory_(std::move(directory)), archives_(std::move(archives)) {
  if (archives_.empty()) {
    throw UserError(ExitCode::kUsage, "--stage needs shards or tar archives, but " + printable(data_dir.string()) +
                                          " has none; make shards of it first (dataset pack), or leave --stage out");
  }
  base::create_writable_directory(directory_);
  std::uint64_t bytes = 0;
  for (const auto& archive : archives_) bytes += archive->size();
  base::log_info("staging    " + std::to_string(archives_.size()) + " archives, " +
                 base::with_thousands(static_cast<long long>(bytes >> 20U)) + " MiB, to " +
                 printable(directory_.string()) + " in the background");
  thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

Stage::~Stage() = default;

void Stage::wait() {
  if (thread_.joinable()) thread_.join();
}

void Stage::bring(RecordFile& archive, const std::stop_token& stop) const {
  const fs::path target = staged_path(directory_, archive);
  const fs::path lock_path = target.string() + ".lock";
  while (!stop.stop_requested()) {
    if (archive.use_copy(target)) return;
    if (const auto lock = try_lock(lock_path)) {
      if (!archive.use_copy(target) && copy_archive(archive, target, stop)) archive.use_copy(target);
      return;
    }
    pause(stop);
  }
}

void Stage::run(const std::stop_token& stop) {
  try {
    for (const auto& archive : archives_) {
      if (stop.stop_requested()) return;
      bring(*archive, stop);
    }
    if (!stop.stop_requested()) base::log_info("staging    done: all records now come from the copies");
  } catch (const std::exception& error) {
    base::log_warning(std::string("staging ends, the originals serve: ") + printable(error.what()));
  }
}

}  // namespace topfive::data
