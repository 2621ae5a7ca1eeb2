#include "topfive/base/program_files.h"

#include <system_error>

namespace topfive::base {

std::filesystem::path shared_directory() {
  std::error_code error;
  const auto program = std::filesystem::read_symlink("/proc/self/exe", error);
  return (program.parent_path().parent_path() / "share/topfive").lexically_normal();
}

}  // namespace topfive::base
