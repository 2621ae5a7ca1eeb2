#include "contracts/source_tree.h"

#include <algorithm>
#include <atomic>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include <unistd.h>

#include "support/source_directory.h"

namespace topfive::contracts {
namespace fs = std::filesystem;

fs::path project_root() { return tests::source_directory(); }

std::vector<fs::path> files_below(const fs::path& root, const std::string& directory,
                                  const std::vector<std::string>& extensions) {
  std::vector<fs::path> files;
  if (!fs::is_directory(root / directory)) return files;
  for (const auto& entry : fs::recursive_directory_iterator(root / directory)) {
    const std::string extension = entry.path().extension().string();
    const bool wanted = std::find(extensions.begin(), extensions.end(), extension) != extensions.end();
    if (wanted && entry.is_regular_file()) files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

std::string read_text(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  if (!file.is_open()) throw std::runtime_error("cannot read " + path.string());
  return text.str();
}

std::vector<std::string> read_lines(const fs::path& path) {
  std::istringstream text(read_text(path));
  std::vector<std::string> lines;
  for (std::string line; std::getline(text, line);) lines.push_back(line);
  return lines;
}

SyntheticTree::SyntheticTree() {
  static std::atomic<int> count = 0;
  root_ = fs::temp_directory_path() / ("topfive_contracts_" + std::to_string(getpid()) + "_" + std::to_string(count++));
  fs::create_directories(root_);
}

SyntheticTree::~SyntheticTree() {
  std::error_code ignored;
  fs::remove_all(root_, ignored);
}

void SyntheticTree::add(const std::string& relative_path, const std::string& content) const {
  const fs::path path = root_ / relative_path;
  fs::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << content;
}

}  // namespace topfive::contracts
