// A file of a stranger, open for reading by position.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>

namespace topfive::weights {

// Any number of threads may read at once (pread), and a file that shrinks meanwhile is an error and not a signal.
// Throws UserError: kInputMissing for no such file, kBadData for what is not a regular file or becomes shorter, kIo
// when reading fails.
class InputFile {
 public:
  explicit InputFile(const std::filesystem::path& path);
  ~InputFile();
  InputFile(const InputFile&) = delete;
  InputFile& operator=(const InputFile&) = delete;

  // As the user wrote it; for messages.
  const std::string& name() const { return name_; }
  std::uint64_t length() const { return length_; }  // when it was opened
  void read_at(std::uint64_t offset, std::span<std::byte> out) const;

 private:
  std::string name_;
  int descriptor_ = -1;
  std::uint64_t length_ = 0;
};

}  // namespace topfive::weights
