#include "support/source_directory.h"

namespace topfive::tests {

std::filesystem::path source_directory() { return TOPFIVE_SOURCE_DIR; }

std::filesystem::path golden_path(const std::string& name) { return source_directory() / "tests/golden" / name; }

}  // namespace topfive::tests
