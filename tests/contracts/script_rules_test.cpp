// The shell scripts parse, stop at the first error, and can be started.
#include <cstdlib>

#include "contracts/source_tree.h"
#include "support/catch.h"

namespace topfive::contracts {
namespace {
namespace fs = std::filesystem;

// Every script, the continuous integration's entry included.
std::vector<fs::path> scripts() {
  auto files = files_below(project_root(), "scripts", {".sh"});
  files.push_back(project_root() / ".ci" / "run");
  return files;
}

// common.sh is sourced by the others, never started.
bool is_started(const fs::path& script) { return script.filename() != "common.sh"; }

bool parses(const fs::path& script) {
  const std::string command = "bash -n '" + script.string() + "' 2>/dev/null";
  return std::system(command.c_str()) == 0;
}

}  // namespace

TEST_CASE("every script parses") {
  REQUIRE(scripts().size() >= 7);
  for (const auto& script : scripts()) {
    INFO(script);
    CHECK(parses(script));
  }
}

TEST_CASE("a script with a syntax error is noticed") {
  const SyntheticTree tree;
  tree.add("broken.sh", "if true; then echo yes\n");
  CHECK_FALSE(parses(tree.root() / "broken.sh"));
}

TEST_CASE("every script that is started is executable and stops at the first error") {
  for (const auto& script : scripts()) {
    if (!is_started(script)) continue;
    INFO(script);
    CHECK((fs::status(script).permissions() & fs::perms::owner_exec) != fs::perms::none);
    const std::string text = read_text(script);
    CHECK_THAT(text, StartsWith("#!/usr/bin/env bash\n"));
    CHECK_THAT(text, ContainsSubstring("\nset -euo pipefail\n"));
  }
}

}  // namespace topfive::contracts
