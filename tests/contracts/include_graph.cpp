#include "contracts/include_graph.h"

#include <algorithm>
#include <regex>

#include "contracts/room_libraries.h"
#include "contracts/room_table.h"
#include "contracts/source_tree.h"

namespace topfive::contracts {
namespace {
namespace fs = std::filesystem;

bool starts_with(const std::string& text, const std::string& prefix) { return text.rfind(prefix, 0) == 0; }

// lib/topfive/<room>/... or apps/...
std::string room_of_file(const fs::path& root, const fs::path& file) {
  const fs::path relative = file.lexically_relative(root);
  auto part = relative.begin();
  return *part == "apps" ? "apps" : std::next(part, 2)->string();
}

std::string place(const fs::path& root, const Include& include) {
  return include.file.lexically_relative(root).string() + ":" + std::to_string(include.line) + ": ";
}

void check_room_edge(const fs::path& root, const std::string& from, const Include& include,
                     std::vector<std::string>& findings) {
  const std::string to = room_of_target(include.target);
  if (to.empty() || to == from) return;
  const RoomRule* rule = find_room(from);
  if (rule == nullptr || rule->may_include.count(to) == 0) {
    findings.push_back(place(root, include) + from + " may not include " + to + " (" + include.target + ")");
  }
}

void check_third_party(const fs::path& root, const std::string& from, const Include& include,
                       std::vector<std::string>& findings) {
  for (const auto& rule : third_party_table()) {
    if (starts_with(include.target, rule.prefix) && rule.rooms.count(from) == 0) {
      findings.push_back(place(root, include) + from + " may not include <" + include.target + ">");
    }
  }
}

bool is_torch(const std::string& target) {
  return starts_with(target, "torch/") || starts_with(target, "ATen/") || starts_with(target, "c10/");
}

// Walks our own headers from `file` and reports every LibTorch header on the way.
void find_torch(const fs::path& root, const fs::path& file, std::set<fs::path>& seen,
                std::vector<std::string>& findings) {
  if (!fs::exists(file) || !seen.insert(file).second) return;
  for (const auto& include : read_includes(file)) {
    if (is_torch(include.target)) {
      findings.push_back(place(root, include) + "<" + include.target + "> in a library that is torch-free");
    } else if (!room_of_target(include.target).empty()) {
      find_torch(root, root / "lib" / include.target, seen, findings);
    }
  }
}

}  // namespace

std::vector<Include> read_includes(const fs::path& file) {
  static const std::regex kInclude(R"re(\s*#\s*include\s*[<"]([^>"]+)[>"].*)re");
  std::vector<Include> includes;
  int line_number = 0;
  for (const auto& line : read_lines(file)) {
    ++line_number;
    std::smatch match;
    if (std::regex_match(line, match, kInclude)) includes.push_back({file, line_number, match[1]});
  }
  return includes;
}

std::string room_of_target(const std::string& target) {
  static const std::regex kRoom("topfive/([^/]+)/.+");
  std::smatch match;
  return std::regex_match(target, match, kRoom) ? match[1].str() : std::string();
}

std::set<std::string> rooms_included_by(const std::vector<fs::path>& sources) {
  std::set<std::string> rooms;
  for (const auto& source : sources) {
    for (const auto& file : {source, fs::path(source).replace_extension(".h")}) {
      if (!fs::exists(file)) continue;
      for (const auto& include : read_includes(file)) rooms.insert(room_of_target(include.target));
    }
  }
  rooms.erase("");
  return rooms;
}

std::vector<std::string> check_includes(const fs::path& root) {
  std::vector<std::string> findings;
  for (const auto* const directory : {"lib/topfive", "apps"}) {
    for (const auto& file : files_below(root, directory, {".h", ".cpp"})) {
      const std::string room = room_of_file(root, file);
      for (const auto& include : read_includes(file)) {
        check_room_edge(root, room, include, findings);
        check_third_party(root, room, include, findings);
      }
    }
  }
  return findings;
}

std::vector<std::string> check_torch_free(const fs::path& root) {
  std::vector<std::string> findings;
  std::set<fs::path> seen;
  for (const auto& library : read_room_libraries(root)) {
    if (library.torch) continue;
    for (const auto& source : library.sources) find_torch(root, source, seen, findings);
  }
  return findings;
}

}  // namespace topfive::contracts
