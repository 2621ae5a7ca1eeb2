// The shared temporary directory with what the tests of files need on top.
#pragma once

#include <fstream>

#include "support/temporary_directory.h"

namespace topfive::tests {

class FileDirectory : public TemporaryDirectory {
 public:
  std::filesystem::path file(const std::string& name) const { return path() / name; }
  std::filesystem::path write(const std::string& name, const std::string& content) const {
    std::ofstream(file(name), std::ios::binary) << content;
    return file(name);
  }
  std::size_t entry_count() const {
    std::size_t count = 0;
    for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(path())) ++count;
    return count;
  }
};

}  // namespace topfive::tests
