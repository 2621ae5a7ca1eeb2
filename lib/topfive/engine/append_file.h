// A file that grows piece by piece and can be cut back to where a checkpoint left it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string_view>

#include "topfive/base/file_descriptor.h"

namespace topfive::engine {

// One writer. What was appended survives the death of the process at any moment, and that of the machine once sync()
// has returned. UserError: kCannotCreate on opening, kIo where the disk refuses.
class AppendFile {
 public:
  // Opens or creates the file and cuts it to `keep_bytes`: what a checkpoint knew. Everything after it will be written
  // again by the resumed run. A file that is shorter has lost something, which is said in a warning.
  AppendFile(std::filesystem::path path, std::int64_t keep_bytes);

  // Whole or not at all, as far as a disk that fails in the middle lets the beginning be cut off again.
  void append(std::string_view bytes);
  void sync();
  std::int64_t bytes() const { return bytes_; }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
  base::FileDescriptor file_;
  std::int64_t bytes_ = 0;
};

}  // namespace topfive::engine
