// The files that come with the programs: recipes, tables.
#pragma once

#include <filesystem>

namespace topfive::base {

// ../share/topfive beside the running program, installed and in the build tree alike.
std::filesystem::path shared_directory();

}  // namespace topfive::base
