// Reading and writing files so that a crash or a full disk leaves either the old content or the new
// one.
//
// Every function throws UserError with the path, the system's reason and, where there is one, the
// next step: kInputMissing for a file that is not there, kCannotCreate and kIo for writing,
// kBadData for one too large.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace topfive::base {

// Whole file; refuses anything but a regular file (after following links), and files above
// max_bytes.
std::string read_text_file(const std::filesystem::path& path, std::uint64_t max_bytes);
// The same into a buffer that is reused between calls: it grows, and is resized to the file's
// length.
void read_binary_file(const std::filesystem::path& path, std::uint64_t max_bytes, std::vector<std::byte>& buffer);
// For those who may not ask for memory.
void read_binary_file(const char* path, std::uint64_t max_bytes, std::vector<std::byte>& buffer);

// Writes `path` through a temporary file in the same directory: write, fsync, rename, fsync of the
// directory.
void write_file_atomically(const std::filesystem::path& path, std::string_view content);
// Writes and fsyncs a new file inside a directory that is not visible under its final name yet.
void write_new_file(const std::filesystem::path& path, std::span<const std::span<const std::byte>> parts);
void sync_directory(const std::filesystem::path& directory);

// Makes the directory and its parents. kCannotCreate if impossible or if it is not writable.
void create_writable_directory(const std::filesystem::path& directory);
// Points `link` at `target` (a relative path) by rename, so the link always exists once it was
// made.
void replace_symlink(const std::filesystem::path& link, const std::filesystem::path& target);

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
