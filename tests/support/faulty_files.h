// A file system whose N-th call fails.
#pragma once

#include <cerrno>
#include <string>

#include "topfive/base/file_system.h"

namespace topfive::tests {

// What happens at the call.
struct Fault {
  enum class Kind { kError, kShortWrite, kCrash };
  Kind kind = Kind::kError;
  int error = EIO;  // errno of kError
  std::string name;
};

// Hands every call on to another file system. A crash is the end of all effects: that call and all that follow change
// nothing and fail. Only writes can be short; other calls go on to be the N-th.
class FaultyFiles : public base::FileSystem {
 public:
  // number: which call fails, counted from 0.
  FaultyFiles(base::FileSystem& files, int number, Fault fault)
      : files_(files), number_(number), fault_(std::move(fault)) {}

  // The call that failed, such as "write /run/step-1/a"; empty if it has not come to that.
  const std::string& failed_call() const { return failed_call_; }
  // Syncs that were tried after a failed one on the same descriptor.
  int num_repeated_syncs() const { return num_repeated_syncs_; }

  int create_file(const std::filesystem::path& path) override {
    return fails("create", path) ? -1 : files_.create_file(path);
  }
  int open_for_reading(const std::filesystem::path& path) override {
    return fails("open", path) ? -1 : files_.open_for_reading(path);
  }
  int open_directory(const std::filesystem::path& path) override {
    return fails("open directory", path) ? -1 : files_.open_directory(path);
  }
  ssize_t read(int descriptor, std::span<std::byte> bytes) override {
    return fails("read") ? -1 : files_.read(descriptor, bytes);
  }
  ssize_t write(int descriptor, std::span<const std::byte> bytes) override {
    if (fault_.kind == Fault::Kind::kShortWrite && bytes.size() > 1 && count_++ >= number_ && failed_call_.empty()) {
      failed_call_ = "write";
      return files_.write(descriptor, bytes.first(bytes.size() / 2));
    }
    return fails("write") ? -1 : files_.write(descriptor, bytes);
  }
  int sync(int descriptor) override {
    if (descriptor == failed_sync_) ++num_repeated_syncs_;
    if (!fails("sync")) return files_.sync(descriptor);
    if (errno != EINTR) failed_sync_ = descriptor;
    return -1;
  }
  // The descriptor is gone even where closing fails.
  int close(int descriptor) override {
    if (descriptor == failed_sync_) failed_sync_ = -1;
    const int result = files_.close(descriptor);
    return fails("close") ? -1 : result;
  }
  int rename(const std::filesystem::path& from, const std::filesystem::path& to) override {
    return fails("rename", to) ? -1 : files_.rename(from, to);
  }
  int make_directory(const std::filesystem::path& path) override {
    return fails("make directory", path) ? -1 : files_.make_directory(path);
  }
  int make_link(const std::filesystem::path& target, const std::filesystem::path& link) override {
    return fails("make link", link) ? -1 : files_.make_link(target, link);
  }
  int remove_file(const std::filesystem::path& path) override {
    return fails("remove file", path) ? -1 : files_.remove_file(path);
  }
  int remove_directory(const std::filesystem::path& path) override {
    return fails("remove directory", path) ? -1 : files_.remove_directory(path);
  }
  int read_link(const std::filesystem::path& link, std::filesystem::path& target) override {
    return fails("read link", link) ? -1 : files_.read_link(link, target);
  }
  int list(const std::filesystem::path& directory, std::vector<base::DirectoryEntry>& entries) override {
    return fails("list", directory) ? -1 : files_.list(directory, entries);
  }
  int kind_of(const std::filesystem::path& path, base::EntryKind& kind) override {
    return fails("kind of", path) ? -1 : files_.kind_of(path, kind);
  }
  int check_writable(const std::filesystem::path& directory) override {
    return fails("check", directory) ? -1 : files_.check_writable(directory);
  }

 private:
  bool fails(const char* call, const std::filesystem::path& path = {}) {
    if (fault_.kind == Fault::Kind::kShortWrite) return false;
    const bool now = count_++ == number_;
    if (now) failed_call_ = std::string(call) + " " + path.string();
    if (fault_.kind == Fault::Kind::kCrash && count_ > number_) {
      errno = EIO;
      return true;
    }
    if (now) errno = fault_.error;
    return now;
  }

  base::FileSystem& files_;
  int number_;
  Fault fault_;
  int count_ = 0;
  std::string failed_call_;
  int failed_sync_ = -1;
  int num_repeated_syncs_ = 0;
};

}  // namespace topfive::tests
