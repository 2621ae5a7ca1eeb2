// Reading a source tree, and building small ones for the tests of the checkers themselves.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace topfive::contracts {

// The tree that these tests were built from.
std::filesystem::path project_root();

// All files below root/directory whose extension is listed (with the dot), sorted; empty if there is no directory.
std::vector<std::filesystem::path> files_below(const std::filesystem::path& root, const std::string& directory,
                                               const std::vector<std::string>& extensions);

// Throws std::runtime_error if the file cannot be read.
std::string read_text(const std::filesystem::path& path);
std::vector<std::string> read_lines(const std::filesystem::path& path);

// A source tree in a temporary directory, removed with the object.
class SyntheticTree {
 public:
  SyntheticTree();
  ~SyntheticTree();
  SyntheticTree(const SyntheticTree&) = delete;
  SyntheticTree& operator=(const SyntheticTree&) = delete;

  void add(const std::string& relative_path, const std::string& content) const;
  const std::filesystem::path& root() const { return root_; }

 private:
  std::filesystem::path root_;
};

}  // namespace topfive::contracts
