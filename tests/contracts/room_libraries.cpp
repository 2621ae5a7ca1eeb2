#include "contracts/room_libraries.h"

#include <map>
#include <regex>
#include <set>
#include <sstream>

#include "contracts/include_graph.h"
#include "contracts/room_table.h"
#include "contracts/source_tree.h"

namespace topfive::contracts {
namespace {
namespace fs = std::filesystem;

// One call's words, for example {"weights", "SOURCES", "dtype.cpp", "LINKS", "topfive::base"}.
RoomLibrary parse_call(const std::string& words, const fs::path& directory) {
  RoomLibrary library;
  library.room = directory.filename().string();
  std::istringstream stream(words);
  stream >> library.name;
  std::string section;
  for (std::string word; stream >> word;) {
    if (word == "TORCH") {
      library.torch = true;
    } else if (word == "SOURCES" || word == "LINKS") {
      section = word;
    } else if (section == "SOURCES") {
      library.sources.push_back(directory / word);
    } else {
      library.links.push_back(word);
    }
  }
  return library;
}

std::map<std::string, std::string> rooms_by_target(const std::vector<RoomLibrary>& libraries) {
  std::map<std::string, std::string> rooms;
  for (const auto& library : libraries) rooms["topfive::" + library.name] = library.room;
  return rooms;
}

std::set<std::string> linked_rooms(const RoomLibrary& library, const std::map<std::string, std::string>& rooms,
                                   std::vector<std::string>& findings) {
  std::set<std::string> linked = {library.room};
  for (const auto& link : library.links) {
    if (link.rfind("topfive::", 0) != 0) continue;
    const auto room = rooms.find(link);
    if (room == rooms.end()) {
      findings.push_back(library.name + " links " + link + ", which no room declares");
    } else {
      linked.insert(room->second);
    }
  }
  return linked;
}

void check_library(const RoomLibrary& library, const std::map<std::string, std::string>& rooms,
                   std::vector<std::string>& findings) {
  const RoomRule* rule = find_room(library.room);
  if (rule == nullptr) {
    findings.push_back(library.name + ": the room " + library.room + " is not in the table");
    return;
  }
  const auto linked = linked_rooms(library, rooms, findings);
  for (const auto& room : linked) {
    if (room != library.room && rule->may_include.count(room) == 0) {
      findings.push_back(library.name + " links the room " + room + ", which " + library.room + " may not include");
    }
  }
  for (const auto& room : rooms_included_by(library.sources)) {
    if (linked.count(room) == 0)
      findings.push_back(library.name + " includes the room " + room + " without linking it");
  }
}

}  // namespace

std::vector<RoomLibrary> read_room_libraries(const fs::path& root) {
  static const std::regex kComment("#[^\n]*");
  static const std::regex kCall(R"(topfive_room\(([^)]*)\))");
  std::vector<RoomLibrary> libraries;
  for (const auto& file : files_below(root, "lib/topfive", {".txt"})) {
    if (file.filename() != "CMakeLists.txt") continue;
    const std::string text = std::regex_replace(read_text(file), kComment, "");
    for (std::sregex_iterator call(text.begin(), text.end(), kCall), end; call != end; ++call) {
      libraries.push_back(parse_call((*call)[1], file.parent_path()));
    }
  }
  return libraries;
}

std::vector<std::string> check_links(const fs::path& root) {
  const auto libraries = read_room_libraries(root);
  const auto rooms = rooms_by_target(libraries);
  std::vector<std::string> findings;
  for (const auto& library : libraries) check_library(library, rooms, findings);
  return findings;
}

}  // namespace topfive::contracts
