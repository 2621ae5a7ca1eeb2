// The system calls with which files are written, read back and removed, behind an interface, so that tests can let each
// of them fail and can cut the power at any moment.
//
// Every call answers like the system call below it: a number that is not negative, or -1 with errno set. EINTR and
// short writes reach the caller, as they do on a real system; see uninterrupted() and files.h, whose functions handle
// both. Any number of threads may use the real file system at once.
#pragma once

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <sys/types.h>

namespace topfive::base {

enum class EntryKind { kFile, kDirectory, kLink, kOther };

struct DirectoryEntry {
  std::string name;
  EntryKind kind = EntryKind::kOther;
};

class FileSystem {
 public:
  FileSystem() = default;
  virtual ~FileSystem() = default;
  FileSystem(const FileSystem&) = delete;
  FileSystem& operator=(const FileSystem&) = delete;

  // Each of the three gives a descriptor. A new file is for writing; EEXIST where the name is taken, even by a link.
  virtual int create_file(const std::filesystem::path& path) = 0;
  virtual int open_for_reading(const std::filesystem::path& path) = 0;
  virtual int open_directory(const std::filesystem::path& path) = 0;
  virtual ssize_t read(int descriptor, std::span<std::byte> bytes) = 0;
  virtual ssize_t write(int descriptor, std::span<const std::byte> bytes) = 0;
  // Of a file: its bytes are on the disk. Of a directory: its entries are.
  virtual int sync(int descriptor) = 0;
  // Releases the descriptor even where it fails, as Linux does.
  virtual int close(int descriptor) = 0;

  virtual int rename(const std::filesystem::path& from, const std::filesystem::path& to) = 0;
  virtual int make_directory(const std::filesystem::path& path) = 0;
  virtual int make_link(const std::filesystem::path& target, const std::filesystem::path& link) = 0;
  virtual int remove_file(const std::filesystem::path& path) = 0;  // or a link
  virtual int remove_directory(const std::filesystem::path& path) = 0;

  virtual int read_link(const std::filesystem::path& link, std::filesystem::path& target) = 0;
  virtual int list(const std::filesystem::path& directory, std::vector<DirectoryEntry>& entries) = 0;
  // Of the entry itself: links are not followed.
  virtual int kind_of(const std::filesystem::path& path, EntryKind& kind) = 0;
  // -1 with errno where this process may not make entries in the directory.
  virtual int check_writable(const std::filesystem::path& directory) = 0;
};

FileSystem& real_file_system();

// Calls again as long as a signal interrupts.
template <class Call>
auto uninterrupted(Call call) {
  auto result = call();
  while (result < 0 && errno == EINTR) result = call();
  return result;
}

// A descriptor of a file system, closed on destruction.
class OpenFile {
 public:
  OpenFile(FileSystem& files, int descriptor) : files_(files), descriptor_(descriptor) {}
  ~OpenFile() { close(); }
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;

  int get() const { return descriptor_; }
  bool is_open() const { return descriptor_ >= 0; }
  // False with errno set if closing failed: on some file systems that is where a full disk shows.
  bool close() {
    if (descriptor_ < 0) return true;
    return files_.close(std::exchange(descriptor_, -1)) == 0 || errno == EINTR;
  }

 private:
  FileSystem& files_;
  int descriptor_;
};

}  // namespace topfive::base
