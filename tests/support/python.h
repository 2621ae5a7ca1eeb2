// Other programs, and the Python that has a package which not every machine has.
#pragma once

#include <array>
#include <cstdio>
#include <string>

#include "support/source_directory.h"

namespace topfive::tests {

struct CommandResult {
  int status = -1;  // of pclose(): 0 where the command succeeded
  std::string out;  // what it printed on standard output
};

inline CommandResult run_command(const std::string& command) {
  CommandResult result;
  std::FILE* pipe = ::popen(command.c_str(), "r");
  if (pipe == nullptr) return result;
  std::array<char, 4096> buffer{};
  while (const std::size_t count = std::fread(buffer.data(), 1, buffer.size(), pipe)) {
    result.out.append(buffer.data(), count);
  }
  result.status = ::pclose(pipe);
  return result;
}

// Quoted for a shell: the Python of scripts/setup.sh, that of the comparisons, or the system's, whichever can import
// the package; empty if none can.
inline std::string python_with(const std::string& package) {
  for (const std::string& python : {(source_directory() / ".deps/venv/bin/python").string(),
                                    (source_directory() / ".deps/peers/bin/python").string(), std::string("python3")}) {
    if (run_command("'" + python + "' -c 'import " + package + "' 2>&1").status == 0) return "'" + python + "'";
  }
  return "";
}

}  // namespace topfive::tests
