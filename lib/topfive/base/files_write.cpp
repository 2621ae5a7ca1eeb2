#include <algorithm>
#include <array>
#include <cerrno>
#include <functional>
#include <utility>

#include <unistd.h>

#include "topfive/base/file_descriptor.h"
#include "topfive/base/files.h"

namespace topfive::base {
namespace {

namespace fs = std::filesystem;

// Bytes that are hashed and written in one go: they are still in the processor's cache for the
// second of the two.
constexpr std::size_t kPieceBytes = std::size_t{1} << 20U;

// Tries `create` with names in the directory of `path` until one is free: a crashed process with
// the same id may have left one. `create` returns a negative number with errno set. The name does
// not repeat that of `path`, which may be as long as the file system allows.
fs::path make_temporary(const fs::path& path, const std::function<int(const fs::path&)>& create) {
  constexpr int kMaxTries = 10'000;
  int error = EEXIST;
  for (int i = 0; i < kMaxTries && error == EEXIST; ++i) {
    auto name = parent_directory(path) / (".topfive-" + std::to_string(::getpid()) + "-" + std::to_string(i) + ".tmp");
    if (uninterrupted([&] { return create(name); }) >= 0) return name;
    error = errno;
  }
  throw_system_error(ExitCode::kCannotCreate, "write", path, error);
}

bool write_piece(FileSystem& files, int descriptor, std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const ssize_t written = uninterrupted([&] { return files.write(descriptor, bytes); });
    if (written < 0) return false;
    if (written == 0) {  // Not to be expected of a file; without this it would be tried for ever.
      errno = EIO;
      return false;
    }
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
  return true;
}

bool write_parts(FileSystem& files, int descriptor, FileParts parts, Sha256* hash) {
  for (auto part : parts) {
    while (!part.empty()) {
      const auto piece = part.first(std::min(kPieceBytes, part.size()));
      if (hash != nullptr) hash->update(piece);
      if (!write_piece(files, descriptor, piece)) return false;
      part = part.subspan(piece.size());
    }
  }
  return true;
}

bool sync_descriptor(FileSystem& files, int descriptor) {
  return uninterrupted([&] { return files.sync(descriptor); }) == 0;
}

// Writes, syncs and closes; 0, or the error.
int fill(FileSystem& files, OpenFile& file, FileParts parts, Sha256* hash) {
  if (!write_parts(files, file.get(), parts, hash)) return errno;
  if (!sync_descriptor(files, file.get()) || !file.close()) return errno;
  return 0;
}

// Moves the temporary over `path`, or removes it and throws.
void rename_over(FileSystem& files, const fs::path& temporary, const fs::path& path) {
  if (uninterrupted([&] { return files.rename(temporary, path); }) == 0) return;
  const int error = errno;
  files.remove_file(temporary);
  throw_system_error(ExitCode::kCannotCreate, "write", path, error);
}

}  // namespace

AtomicFile::AtomicFile(fs::path path, FileSystem& files) : files_(files), path_(std::move(path)) {
  int descriptor = -1;
  temporary_ = make_temporary(path_, [&](const fs::path& name) { return descriptor = files_.create_file(name); });
  file_.emplace(files_, descriptor);
}

AtomicFile::~AtomicFile() {
  if (!temporary_.empty()) files_.remove_file(temporary_);
}

void AtomicFile::write(std::span<const std::byte> bytes) {
  if (!write_piece(files_, file_->get(), bytes)) throw_system_error(ExitCode::kIo, "write", path_, errno);
}

void AtomicFile::finish() {
  if (!sync_descriptor(files_, file_->get()) || !file_->close()) {
    throw_system_error(ExitCode::kIo, "write", path_, errno);
  }
  // Removes it where it cannot have its name.
  rename_over(files_, std::exchange(temporary_, {}), path_);
  sync_directory(parent_directory(path_), files_);
}

void write_file_atomically(const fs::path& path, std::string_view content, FileSystem& files) {
  AtomicFile file(path, files);
  file.write(std::as_bytes(std::span(content)));
  file.finish();
}

void write_new_file(const fs::path& path, FileParts parts, FileSystem& files, Sha256* hash) {
  OpenFile file(files, uninterrupted([&] { return files.create_file(path); }));
  if (!file.is_open()) throw_system_error(ExitCode::kCannotCreate, "write", path, errno);
  if (const int error = fill(files, file, parts, hash); error != 0) {
    files.remove_file(path);
    throw_system_error(ExitCode::kIo, "write", path, error);
  }
}

void sync_directory(const fs::path& directory, FileSystem& files) {
  const OpenFile file(files, uninterrupted([&] { return files.open_directory(directory); }));
  if (!file.is_open()) throw_system_error(ExitCode::kIo, "sync", directory, errno);
  // Some network file systems cannot sync a directory and say so; their renames are durable or are
  // not, anyway.
  if (!sync_descriptor(files, file.get()) && errno != EINVAL && errno != ENOTSUP) {
    throw_system_error(ExitCode::kIo, "sync", directory, errno);
  }
}

void rename_entry(const fs::path& from, const fs::path& to, FileSystem& files) {
  if (uninterrupted([&] { return files.rename(from, to); }) == 0) return;
  throw_system_error(ExitCode::kIo, "write", to, errno);
}

void replace_symlink(const fs::path& link, const fs::path& target, FileSystem& files) {
  const auto temporary = make_temporary(link, [&](const fs::path& name) { return files.make_link(target, name); });
  rename_over(files, temporary, link);
}

}  // namespace topfive::base
