// A file system in memory that can lose power.
//
// Every change goes to a log. What the process sees is the log applied in full. What a power loss leaves is some prefix
// of it, without any of those changes that nobody has synced: each of them may be there or not, in any combination, and
// a write may have arrived in part. Syncing a file makes its writes durable, syncing a directory its entries; nothing
// else does. That is the least that POSIX promises, and less than most file systems keep (Pillai et al., "All File
// Systems Are Not Created Equal", OSDI 2014). One thread.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <random>
#include <string>
#include <variant>
#include <vector>

#include "topfive/base/file_system.h"

namespace topfive::tests {

// What lies on a disk. Node 0 is the directory "/".
struct DiskImage {
  struct Node {
    base::EntryKind kind = base::EntryKind::kDirectory;
    std::string content;                 // of a file, or a link's target
    std::map<std::string, int> entries;  // of a directory: name to node
  };
  std::vector<Node> nodes = {Node{}};
};

// Equal for images that hold the same entries and contents.
std::string fingerprint(const DiskImage& image);

class SimulatedDisk : public base::FileSystem {
 public:
  explicit SimulatedDisk(DiskImage image = {}) : start_(image), now_(std::move(image)) {}

  int create_file(const std::filesystem::path& path) override;
  int open_for_reading(const std::filesystem::path& path) override;
  int open_directory(const std::filesystem::path& path) override;
  ssize_t read(int descriptor, std::span<std::byte> bytes) override;
  ssize_t write(int descriptor, std::span<const std::byte> bytes) override;
  int sync(int descriptor) override;
  int close(int descriptor) override;
  int rename(const std::filesystem::path& from, const std::filesystem::path& to) override;
  int make_directory(const std::filesystem::path& path) override;
  int make_link(const std::filesystem::path& target, const std::filesystem::path& link) override;
  int remove_file(const std::filesystem::path& path) override;
  int remove_directory(const std::filesystem::path& path) override;
  int read_link(const std::filesystem::path& link, std::filesystem::path& target) override;
  int list(const std::filesystem::path& directory, std::vector<base::DirectoryEntry>& entries) override;
  int kind_of(const std::filesystem::path& path, base::EntryKind& kind) override;
  int check_writable(const std::filesystem::path& directory) override;

  // The number-th sync from now on, counted from 0, does nothing and says that all went well.
  void forget_sync(int number) { forgotten_sync_ = num_syncs_ + number; }
  std::size_t moment_of_forgotten_sync() const { return moment_of_forgotten_sync_; }
  int num_syncs() const { return num_syncs_; }
  // Changes so far, which is also the moment that follows the last of them.
  std::size_t moment() const { return log_.size(); }
  bool all_closed() const { return open_.empty(); }

  // Calls `look` with every image that a power loss at `moment` can leave, or with `limit` of them, drawn with a fixed
  // seed, if there are more. Stops when `look` returns false.
  void images_after_power_loss(std::size_t moment, std::size_t limit,
                               const std::function<bool(const DiskImage&)>& look) const;

 private:
  // Nodes are never reused, so a change names one for good.
  struct Write {
    int file;
    std::size_t offset;
    std::string bytes;
  };
  struct Entry {
    int directory;
    std::string name;
    int node;  // -1: the name is free
  };
  using Relink = std::vector<Entry>;  // at once
  struct Sync {
    int node;
  };
  using Change = std::variant<Write, Relink, Sync>;
  struct Place {
    int directory = -1;
    std::string name;
    int node = -1;
  };
  struct Handle {
    int node;
    std::size_t offset;
  };

  int find(const std::filesystem::path& path) const;  // -1 with errno
  bool locate(const std::filesystem::path& path, Place& place) const;
  bool make(const std::filesystem::path& path, DiskImage::Node node, int& made);
  int open(int node, base::EntryKind kind);
  int unlink(const std::filesystem::path& path, bool directory);
  void change(const Change& what);
  bool is_durable(std::size_t change, std::size_t moment) const;
  DiskImage image(std::size_t moment, const std::map<std::size_t, int>& fates) const;
  static void apply(const Change& what, int fate, DiskImage& image);

  DiskImage start_;
  DiskImage now_;
  std::vector<Change> log_;
  std::map<int, Handle> open_;
  int next_descriptor_ = 3;
  int num_syncs_ = 0;
  int forgotten_sync_ = -1;
  std::size_t moment_of_forgotten_sync_ = 0;
};

}  // namespace topfive::tests
