#include "contracts/source_rules.h"

#include <regex>

#include "contracts/source_tree.h"

namespace topfive::contracts {
namespace {
namespace fs = std::filesystem;

// Written in two parts, so that this file does not find itself.
const std::regex& postponed_work() {
  static const std::regex kWords(
      "\\b(TO"
      "DO|FIX"
      "ME|XX"
      "X)\\b");
  return kWords;
}

void check_file(const fs::path& root, const fs::path& file, std::vector<std::string>& findings) {
  static const std::regex kSnakeCase("[a-z][a-z0-9_]*");
  const std::string name = file.lexically_relative(root).string();
  const auto lines = read_lines(file);
  if (lines.size() > kMaxLines) {
    findings.push_back(name + ": " + std::to_string(lines.size()) + " lines, more than " + std::to_string(kMaxLines));
  }
  if (!std::regex_match(file.stem().string(), kSnakeCase)) findings.push_back(name + ": not in snake_case");
  for (std::size_t index = 0; index < lines.size(); ++index) {
    if (std::regex_search(lines[index], postponed_work())) {
      findings.push_back(name + ":" + std::to_string(index + 1) + ": postponed work");
    }
  }
}

}  // namespace

std::vector<std::string> check_source_files(const fs::path& root) {
  std::vector<std::string> findings;
  for (const auto* const directory : {"lib", "apps", "tests"}) {
    for (const auto& file : files_below(root, directory, {".h", ".cpp"})) check_file(root, file, findings);
  }
  return findings;
}

}  // namespace topfive::contracts
