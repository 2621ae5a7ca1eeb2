#include "support/simulated_disk.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

namespace topfive::tests {
namespace {

namespace fs = std::filesystem;
using base::EntryKind;

// What becomes of a change that nobody has synced. The last two are for writes only: half of the bytes arrived, or the
// file grew before its bytes arrived.
enum Fate : int { kLost = 0, kThere = 1, kHalf = 2, kZeros = 3 };

int fail(int error) {
  errno = error;
  return -1;
}

void describe(const DiskImage& image, int node, std::string& text) {
  const auto& here = image.nodes[static_cast<std::size_t>(node)];
  text += std::to_string(here.content.size()) + ":" + here.content + "{";
  for (const auto& [name, child] : here.entries) {
    text += name + "/";
    describe(image, child, text);
  }
  text += "}";
}

}  // namespace

std::string fingerprint(const DiskImage& image) {
  std::string text;
  describe(image, 0, text);
  return text;
}

int SimulatedDisk::find(const fs::path& path) const {
  int node = 0;
  for (const auto& part : path.relative_path()) {
    if (part.empty()) continue;
    const auto& entries = now_.nodes[static_cast<std::size_t>(node)].entries;
    if (now_.nodes[static_cast<std::size_t>(node)].kind != EntryKind::kDirectory) return fail(ENOTDIR);
    const auto found = entries.find(part.string());
    if (found == entries.end()) return fail(ENOENT);
    node = found->second;
  }
  return node;
}

// False with errno where the directory above is missing. The name itself may be free: then its node is -1.
bool SimulatedDisk::locate(const fs::path& path, Place& place) const {
  place.directory = find(path.parent_path());
  place.name = path.filename().string();
  if (place.directory < 0) return false;
  const auto& entries = now_.nodes[static_cast<std::size_t>(place.directory)].entries;
  const auto found = entries.find(place.name);
  place.node = found == entries.end() ? -1 : found->second;
  return true;
}

bool SimulatedDisk::make(const fs::path& path, DiskImage::Node node, int& made) {
  Place place;
  if (!locate(path, place)) return false;
  if (place.node >= 0) {
    errno = EEXIST;
    return false;
  }
  made = static_cast<int>(now_.nodes.size());
  // An empty node that no entry leads to changes nothing on the disk.
  start_.nodes.push_back(node);
  now_.nodes.push_back(std::move(node));
  change(Relink{{place.directory, place.name, made}});
  return true;
}

int SimulatedDisk::open(int node, EntryKind kind) {
  if (node < 0) return -1;
  if (now_.nodes[static_cast<std::size_t>(node)].kind != kind) {
    return fail(kind == EntryKind::kDirectory ? ENOTDIR : EISDIR);
  }
  open_[next_descriptor_] = {node, 0};
  return next_descriptor_++;
}

int SimulatedDisk::create_file(const fs::path& path) {
  int made = -1;
  return make(path, {EntryKind::kFile, {}, {}}, made) ? open(made, EntryKind::kFile) : -1;
}

int SimulatedDisk::open_for_reading(const fs::path& path) { return open(find(path), EntryKind::kFile); }
int SimulatedDisk::open_directory(const fs::path& path) { return open(find(path), EntryKind::kDirectory); }

ssize_t SimulatedDisk::read(int descriptor, std::span<std::byte> bytes) {
  auto& handle = open_.at(descriptor);
  const std::string& content = now_.nodes[static_cast<std::size_t>(handle.node)].content;
  const std::size_t count = std::min(bytes.size(), content.size() - handle.offset);
  std::memcpy(bytes.data(), content.data() + handle.offset, count);
  handle.offset += count;
  return static_cast<ssize_t>(count);
}

ssize_t SimulatedDisk::write(int descriptor, std::span<const std::byte> bytes) {
  auto& handle = open_.at(descriptor);
  change(Write{handle.node, handle.offset, {reinterpret_cast<const char*>(bytes.data()), bytes.size()}});
  handle.offset += bytes.size();
  return static_cast<ssize_t>(bytes.size());
}

int SimulatedDisk::sync(int descriptor) {
  const int node = open_.at(descriptor).node;
  if (num_syncs_++ == forgotten_sync_) {
    moment_of_forgotten_sync_ = moment();
  } else {
    change(Sync{node});
  }
  return 0;
}

int SimulatedDisk::close(int descriptor) { return open_.erase(descriptor) == 1 ? 0 : fail(EBADF); }

int SimulatedDisk::rename(const fs::path& from, const fs::path& to) {
  Place source;
  Place target;
  if (!locate(from, source) || !locate(to, target)) return -1;
  if (source.node < 0) return fail(ENOENT);
  if (target.node >= 0) {
    const auto& over = now_.nodes[static_cast<std::size_t>(target.node)];
    if (over.kind == EntryKind::kDirectory) return fail(over.entries.empty() ? EISDIR : ENOTEMPTY);
  }
  change(Relink{{target.directory, target.name, source.node}, {source.directory, source.name, -1}});
  return 0;
}

int SimulatedDisk::make_directory(const fs::path& path) {
  int made = -1;
  return make(path, {}, made) ? 0 : -1;
}

int SimulatedDisk::make_link(const fs::path& target, const fs::path& link) {
  int made = -1;
  return make(link, {EntryKind::kLink, target.string(), {}}, made) ? 0 : -1;
}

int SimulatedDisk::unlink(const fs::path& path, bool directory) {
  Place place;
  if (!locate(path, place)) return -1;
  if (place.node < 0) return fail(ENOENT);
  const auto& node = now_.nodes[static_cast<std::size_t>(place.node)];
  if ((node.kind == EntryKind::kDirectory) != directory) return fail(directory ? ENOTDIR : EISDIR);
  if (!node.entries.empty()) return fail(ENOTEMPTY);
  change(Relink{{place.directory, place.name, -1}});
  return 0;
}

int SimulatedDisk::remove_file(const fs::path& path) { return unlink(path, false); }
int SimulatedDisk::remove_directory(const fs::path& path) { return unlink(path, true); }

int SimulatedDisk::read_link(const fs::path& link, fs::path& target) {
  const int node = find(link);
  if (node < 0) return -1;
  if (now_.nodes[static_cast<std::size_t>(node)].kind != EntryKind::kLink) return fail(EINVAL);
  target = now_.nodes[static_cast<std::size_t>(node)].content;
  return 0;
}

int SimulatedDisk::list(const fs::path& directory, std::vector<base::DirectoryEntry>& entries) {
  const int node = find(directory);
  if (node < 0) return -1;
  entries.clear();
  for (const auto& [name, child] : now_.nodes[static_cast<std::size_t>(node)].entries) {
    entries.push_back({name, now_.nodes[static_cast<std::size_t>(child)].kind});
  }
  return 0;
}

int SimulatedDisk::kind_of(const fs::path& path, EntryKind& kind) {
  const int node = find(path);
  if (node < 0) return -1;
  kind = now_.nodes[static_cast<std::size_t>(node)].kind;
  return 0;
}

int SimulatedDisk::check_writable(const fs::path& directory) { return find(directory) < 0 ? -1 : 0; }

void SimulatedDisk::change(const Change& what) {
  log_.push_back(what);
  apply(what, kThere, now_);
}

void SimulatedDisk::apply(const Change& what, int fate, DiskImage& image) {
  if (fate == kLost) return;
  if (const auto* write = std::get_if<Write>(&what)) {
    std::string& content = image.nodes[static_cast<std::size_t>(write->file)].content;
    const std::size_t length = fate == kHalf ? write->bytes.size() / 2 : write->bytes.size();
    content.resize(std::max(content.size(), write->offset + length));
    content.replace(write->offset, length, fate == kZeros ? std::string(length, '\0') : write->bytes, 0, length);
  } else if (const auto* entries = std::get_if<Relink>(&what)) {
    for (const auto& entry : *entries) {
      auto& names = image.nodes[static_cast<std::size_t>(entry.directory)].entries;
      if (entry.node < 0) {
        names.erase(entry.name);
      } else {
        names[entry.name] = entry.node;
      }
    }
  }
}

bool SimulatedDisk::is_durable(std::size_t change, std::size_t moment) const {
  const auto synced = [&](int node) {
    for (std::size_t i = change + 1; i < moment; ++i) {
      const auto* sync = std::get_if<Sync>(&log_[i]);
      if (sync != nullptr && sync->node == node) return true;
    }
    return false;
  };
  if (const auto* write = std::get_if<Write>(&log_[change])) return synced(write->file);
  const auto* entries = std::get_if<Relink>(&log_[change]);
  if (entries == nullptr) return true;
  return std::all_of(entries->begin(), entries->end(), [&](const Entry& entry) { return synced(entry.directory); });
}

DiskImage SimulatedDisk::image(std::size_t moment, const std::map<std::size_t, int>& fates) const {
  DiskImage result = start_;
  for (std::size_t i = 0; i < moment; ++i) {
    const auto fate = fates.find(i);
    apply(log_[i], fate == fates.end() ? static_cast<int>(kThere) : fate->second, result);
  }
  return result;
}

void SimulatedDisk::images_after_power_loss(std::size_t moment, std::size_t limit,
                                            const std::function<bool(const DiskImage&)>& look) const {
  std::map<std::size_t, int> fates;
  std::size_t combinations = 1;
  const auto num_fates = [&](std::size_t i) { return std::holds_alternative<Write>(log_[i]) ? 4U : 2U; };
  for (std::size_t i = 0; i < moment; ++i) {
    if (is_durable(i, moment)) continue;
    fates[i] = kLost;
    combinations = std::min(combinations * num_fates(i), std::size_t{1} << 40U);
  }
  std::mt19937_64 random(moment);
  const bool all = combinations <= limit;
  for (std::size_t n = 0; n < std::min(combinations, limit); ++n) {
    // The numbers of a mixed-radix count are the fates; the first two drawn are all lost and all there.
    std::size_t number = n;
    for (auto& [index, fate] : fates) {
      fate = static_cast<int>((all ? number : n < 2 ? n : random()) % num_fates(index));
      number /= num_fates(index);
    }
    if (!look(image(moment, fates))) return;
  }
}

}  // namespace topfive::tests
