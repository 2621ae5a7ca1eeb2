// Reading and writing files so that a crash or a full disk leaves either the old content or the new
// one.
//
// Every function throws UserError with the path, the system's reason and, where there is one, the
// next step: kInputMissing for a file that is not there, kCannotCreate and kIo for writing,
// kBadData for one too large. Interrupted calls are repeated, short writes continued; a failed sync
// is never tried again, as the system may have dropped the bytes by then. `files` is the real file
// system except in tests.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "topfive/base/file_system.h"
#include "topfive/base/sha256.h"

namespace topfive::base {

// Whole file; refuses anything but a regular file (after following links), and files above
// max_bytes.
std::string read_text_file(const std::filesystem::path& path, std::uint64_t max_bytes);
// The same into a buffer that is reused between calls: it grows, and is resized to the file's
// length.
void read_binary_file(const std::filesystem::path& path, std::uint64_t max_bytes, std::vector<std::byte>& buffer);
// For those who may not ask for memory.
void read_binary_file(const char* path, std::uint64_t max_bytes, std::vector<std::byte>& buffer);
// Hands the file over piece by piece.
void read_in_pieces(const std::filesystem::path& path, FileSystem& files,
                    const std::function<void(std::span<const std::byte>)>& take);

using FileParts = std::span<const std::span<const std::byte>>;

// Writes `path` through a temporary file in the same directory: write, fsync, rename, fsync of the
// directory.
void write_file_atomically(const std::filesystem::path& path, std::string_view content,
                           FileSystem& files = real_file_system());

// The same for content that comes piece by piece: nothing is seen under `path` before finish(), and what was written is
// removed where that is never called. One thread.
class AtomicFile {
 public:
  explicit AtomicFile(std::filesystem::path path, FileSystem& files = real_file_system());
  ~AtomicFile();
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  void write(std::span<const std::byte> bytes);
  // Once, at the end.
  void finish();

 private:
  FileSystem& files_;
  std::filesystem::path path_;
  std::filesystem::path temporary_;  // empty once it has its name
  std::optional<OpenFile> file_;
};

// Writes and fsyncs a new file inside a directory that is not visible under its final name yet.
// `hash`, where given, sees what is written as it goes past, so that nobody has to read it back.
void write_new_file(const std::filesystem::path& path, FileParts parts, FileSystem& files = real_file_system(),
                    Sha256* hash = nullptr);
void sync_directory(const std::filesystem::path& directory, FileSystem& files = real_file_system());
void rename_entry(const std::filesystem::path& from, const std::filesystem::path& to,
                  FileSystem& files = real_file_system());

// The directory that a name stands in, "." for a bare one.
std::filesystem::path parent_directory(const std::filesystem::path& path);
// Makes the directory and its parents, and syncs the directory above each new one: otherwise a
// power loss could take the whole tree with everything that was synced inside. kCannotCreate if
// impossible or if it is not writable.
void create_writable_directory(const std::filesystem::path& directory, FileSystem& files = real_file_system());
// Removes a file, a link or a directory with everything below it; links are not followed. False if
// something stayed.
bool remove_tree(const std::filesystem::path& path, FileSystem& files = real_file_system());
// Entries by name.
std::vector<DirectoryEntry> list_directory(const std::filesystem::path& directory,
                                           FileSystem& files = real_file_system());
bool entry_exists(const std::filesystem::path& path, FileSystem& files = real_file_system());
// Points `link` at `target` (a relative path) by rename, so the link always exists once it was
// made. Durable after a sync_directory() of its directory.
void replace_symlink(const std::filesystem::path& link, const std::filesystem::path& target,
                     FileSystem& files = real_file_system());

// An exclusive lock on a file for the life of the object; a second process is refused, naming the
// owner's pid.
class FileLock {
 public:
  explicit FileLock(const std::filesystem::path& path);
  ~FileLock();
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;

 private:
  int descriptor_ = -1;
};

}  // namespace topfive::base
