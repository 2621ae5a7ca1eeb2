// The libraries that the rooms' CMake files declare by topfive_room(...).
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace topfive::contracts {

struct RoomLibrary {
  std::string name;  // "weights_torch"
  std::string room;  // the folder that declares it: "weights"
  bool torch = false;
  std::vector<std::filesystem::path> sources;
  std::vector<std::string> links;  // as written: "topfive::base", "ZLIB::ZLIB"
};

// Reads lib/topfive/*/CMakeLists.txt below root.
std::vector<RoomLibrary> read_room_libraries(const std::filesystem::path& root);

// Findings, one line each, empty if all is well: a library that links a room which its own room may not include, or
// whose sources include a room that it does not link.
std::vector<std::string> check_links(const std::filesystem::path& root);

}  // namespace topfive::contracts
