// The #include lines of the library rooms and the programs, held against the room table.
#pragma once

#include <filesystem>
#include <set>
#include <string>
#include <vector>

namespace topfive::contracts {

struct Include {
  std::filesystem::path file;
  int line = 0;
  std::string target;  // what stands between the brackets or quotes
};

std::vector<Include> read_includes(const std::filesystem::path& file);

// "topfive/image/crop.h" -> "image"; empty for anything else, also for the generated "topfive/version.h".
std::string room_of_target(const std::string& target);

// The rooms whose headers these sources and their own room's headers beside them (same stem) name.
std::set<std::string> rooms_included_by(const std::vector<std::filesystem::path>& sources);

// Findings, one line each ("lib/topfive/base/log.cpp:3: ..."), empty if all is well:
// an edge that the room table does not allow, and a third-party header in a room where it does not belong.
std::vector<std::string> check_includes(const std::filesystem::path& root);

// Findings: a library that is declared without TORCH, one of whose sources reaches a LibTorch header through our own
// headers. Such a library could not be built where LibTorch is left out, nor run under the sanitizers.
std::vector<std::string> check_torch_free(const std::filesystem::path& root);

}  // namespace topfive::contracts
