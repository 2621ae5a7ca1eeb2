// Where the project's sources lie: golden files, shipped configs, the sources themselves.
#pragma once

#include <filesystem>
#include <string>

namespace topfive::tests {

std::filesystem::path source_directory();
// A file of tests/golden.
std::filesystem::path golden_path(const std::string& name);

}  // namespace topfive::tests
