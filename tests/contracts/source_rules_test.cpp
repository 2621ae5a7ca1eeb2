#include "contracts/source_rules.h"

#include "contracts/source_tree.h"
#include "support/catch.h"

namespace topfive::contracts {
namespace {

using Findings = std::vector<std::string>;
const Findings kNone;

Findings check_one_file(const std::string& path, const std::string& content) {
  const SyntheticTree tree;
  tree.add(path, content);
  return check_source_files(tree.root());
}

std::string empty_lines(int count) { return std::string(static_cast<std::size_t>(count), '\n'); }

}  // namespace

TEST_CASE("every source file is short, named in snake_case and holds no postponed work") {
  CHECK(check_source_files(project_root()) == kNone);
}

TEST_CASE("a file may have as many lines as the limit, not one more") {
  CHECK(check_one_file("lib/topfive/base/log.cpp", empty_lines(kMaxLines)) == kNone);
  CHECK(check_one_file("lib/topfive/base/log.cpp", empty_lines(kMaxLines + 1)) ==
        Findings{"lib/topfive/base/log.cpp: 401 lines, more than 400"});
}

TEST_CASE("a file name that is not in snake_case is reported") {
  const auto* const name = GENERATE("Log.cpp", "logFile.cpp", "log-file.cpp", "2log.cpp");
  CHECK(check_one_file(std::string("apps/train/") + name, "") ==
        Findings{std::string("apps/train/") + name + ": not in snake_case"});
}

TEST_CASE("postponed work is reported with its line") {
  const auto* const word = GENERATE(
      "TO"
      "DO",
      "FIX"
      "ME",
      "XX"
      "X");
  CHECK(check_one_file("tests/base/log_test.cpp", std::string("\n// ") + word + ": later\n") ==
        Findings{"tests/base/log_test.cpp:2: postponed work"});
  CHECK(check_one_file("tests/base/log_test.cpp", std::string("int ") + word + "S = 1;\n") == kNone);
}

}  // namespace topfive::contracts
