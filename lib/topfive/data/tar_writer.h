// Writes a tar archive that every tar program and Python's webdataset read.
//
// The headers hold nothing of the machine or the hour: mode 0644, owner 0, time 0. The same files in the same order
// give the same archive, byte for byte.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

#include "topfive/base/file_descriptor.h"

namespace topfive::data {

// The header blocks of a regular file: POSIX ustar, with a pax header ahead where the name or the size needs one.
std::string tar_header(std::string_view name, std::uint64_t size);

// One thread. Writes under the name that it is given; who must never leave a file that looks whole gives a temporary
// one and renames it after finish(). UserError: kCannotCreate, kIo.
class TarWriter {
 public:
  explicit TarWriter(std::filesystem::path path);  // refuses a file that exists

  // Appends a file and says where its first byte lies.
  std::uint64_t add(std::string_view name, std::span<const std::byte> bytes);
  std::uint64_t bytes_written() const { return written_; }
  // Writes the end mark, brings everything to the disk and closes; once.
  void finish();

 private:
  void write(std::span<const std::byte> bytes);
  void write(std::string_view text);

  std::filesystem::path path_;
  base::FileDescriptor file_;
  std::uint64_t written_ = 0;
};

}  // namespace topfive::data
