// An archive that stays open: records are read at their place, each with one system call.
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <mutex>
#include <string>
#include <vector>

#include "topfive/base/file_descriptor.h"
#include "topfive/data/byte_source.h"
#include "topfive/data/sample_source.h"

namespace topfive::data {

// The most that one picture may have; what is larger is refused before memory is asked for.
inline constexpr std::uint64_t kMaxRecordBytes = std::uint64_t{256} << 20U;

// Size and time of the last change, by which a changed file is known.
struct FileStamp {
  std::uint64_t size = 0;
  std::int64_t mtime_ns = 0;
  bool operator==(const FileStamp&) const = default;
};

// Of a file or a directory (whose size counts as 0); UserError(kInputMissing) where there is none.
FileStamp stamp_of(const std::filesystem::path& path);

// Thread-safe.
class RecordFile final : public ByteSource {
 public:
  // Opens it. UserError: kInputMissing, or kBadData for anything but a regular file. Raises the process's limit on
  // open files where it is in the way: a data set may have more shards than the usual 1,024.
  explicit RecordFile(std::filesystem::path path);

  const std::string& name() const override { return name_; }
  std::uint64_t size() const override { return stamp_.size; }
  std::size_t read_at(std::uint64_t offset, std::span<std::byte> out) const override;
  const std::filesystem::path& path() const { return path_; }
  const FileStamp& stamp() const { return stamp_; }

  // Reads one record into `buffer`, which only ever grows, with kDecoderSlack bytes of JPEG end markers behind it.
  // Throws SampleError, which names the file and the place.
  RawSample read_record(std::uint64_t offset, std::uint64_t size, std::vector<std::byte>& buffer) const;
  // Asks the system to fetch the bytes.
  void will_need(std::uint64_t offset, std::uint64_t size) const;

  // A SampleError that names the file and the place.
  [[noreturn]] void fail(std::uint64_t offset, const std::string& what) const;

  // From now on records come from this copy of the file, which must have the same size. False, and nothing changes,
  // where it cannot be opened or differs in size.
  bool use_copy(const std::filesystem::path& copy);
  bool uses_copy() const { return current_.load(std::memory_order_acquire) != file_.get(); }
  // Goes back to the original for good and removes the copy, which has turned out to be damaged.
  void drop_copy() const;

 private:
  std::filesystem::path path_;
  std::string name_;
  base::FileDescriptor file_;
  FileStamp stamp_;
  mutable std::mutex copy_mutex_;
  std::filesystem::path copy_path_;
  base::FileDescriptor copy_{-1};     // open to the end: a thread may be reading from it
  mutable std::atomic<int> current_;  // the descriptor to read from
};

// Appends the end markers to `size` bytes at the buffer's beginning, which is made large enough, and describes the
// whole as a sample.
RawSample with_slack(std::vector<std::byte>& buffer, std::size_t size);

}  // namespace topfive::data
