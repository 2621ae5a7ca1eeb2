#include "contracts/include_graph.h"

#include "contracts/source_tree.h"
#include "support/catch.h"

namespace topfive::contracts {
namespace {

using Findings = std::vector<std::string>;
const Findings kNone;

Findings check_one_file(const std::string& path, const std::string& content) {
  const SyntheticTree tree;
  tree.add(path, content);
  return check_includes(tree.root());
}

}  // namespace

TEST_CASE("every include in the tree follows the room table") { CHECK(check_includes(project_root()) == kNone); }

TEST_CASE("the include check reads the whole tree") {
  CHECK(files_below(project_root(), "lib/topfive", {".h", ".cpp"}).size() > 50);
}

TEST_CASE("torch-free libraries reach no LibTorch header") { CHECK(check_torch_free(project_root()) == kNone); }

TEST_CASE("an edge that the table does not allow is reported with file and line") {
  const auto findings =
      check_one_file("lib/topfive/base/log.cpp", "#pragma once\n\n#include \"topfive/image/crop.h\"\n");
  CHECK(findings == Findings{"lib/topfive/base/log.cpp:3: base may not include image (topfive/image/crop.h)"});
}

TEST_CASE("forbidden edges are found however they are written") {
  const auto* const line = GENERATE("#include \"topfive/engine/trainer.h\"", "#include <topfive/engine/trainer.h>",
                                    "  #  include\t\"topfive/engine/trainer.h\"  // why not");
  INFO(line);
  CHECK(check_one_file("lib/topfive/models/lenet.h", line).size() == 1);
}

TEST_CASE("a third-party header outside its rooms is reported") {
  const auto [file, header] = GENERATE(table<std::string, std::string>({
      {"lib/topfive/image/crop.cpp", "torch/torch.h"},
      {"lib/topfive/data/batch.h", "ATen/ATen.h"},
      {"lib/topfive/base/log.cpp", "c10/util/Exception.h"},
      {"lib/topfive/models/lenet.cpp", "opencv2/core.hpp"},
      {"lib/topfive/engine/run_config.cpp", "CLI/CLI.hpp"},
      {"apps/train/main.cpp", "opencv2/core.hpp"},
  }));
  const auto findings = check_one_file(file, "#include <" + header + ">\n");
  REQUIRE(findings.size() == 1);
  CHECK_THAT(findings[0], StartsWith(file + ":1: "));
}

TEST_CASE("allowed edges, version.h, comments and the standard library are left alone") {
  const auto [file, line] = GENERATE(table<std::string, std::string>({
      {"lib/topfive/image/crop.cpp", "#include \"topfive/base/error.h\""},
      {"lib/topfive/image/crop.cpp", "#include \"topfive/image/crop.h\""},
      {"lib/topfive/image/crop.cpp", "#include <opencv2/core.hpp>"},
      {"lib/topfive/engine/trainer.cpp", "#include <torch/torch.h>"},
      {"lib/topfive/base/log.cpp", "#include <string>"},
      {"lib/topfive/base/log.cpp", "// #include \"topfive/engine/trainer.h\""},
      {"apps/train/main.cpp", "#include \"topfive/engine/trainer.h\""},
      {"apps/train/main.cpp", "#include \"topfive/version.h\""},
  }));
  CHECK(check_one_file(file, line + "\n") == kNone);
}

TEST_CASE("a torch-free library that reaches LibTorch through another header is reported") {
  const SyntheticTree tree;
  tree.add("lib/topfive/weights/CMakeLists.txt", "topfive_room(weights SOURCES dtype.cpp LINKS topfive::base)\n");
  tree.add("lib/topfive/weights/dtype.cpp", "#include \"topfive/weights/dtype.h\"\n");
  tree.add("lib/topfive/weights/dtype.h", "\n#include <torch/types.h>\n");
  CHECK(check_torch_free(tree.root()) ==
        Findings{"lib/topfive/weights/dtype.h:2: <torch/types.h> in a library that is torch-free"});
}

}  // namespace topfive::contracts
