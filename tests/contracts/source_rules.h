// Rules that hold for every source file, whatever its room: size, name, no postponed work.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace topfive::contracts {

inline constexpr int kMaxLines = 400;

// Findings, one line each, empty if all is well. Looks at lib, apps and tests below root.
std::vector<std::string> check_source_files(const std::filesystem::path& root);

}  // namespace topfive::contracts
