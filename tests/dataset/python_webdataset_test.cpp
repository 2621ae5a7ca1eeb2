// Shards that go to Python's webdataset.
#include <sstream>

#include "topfive/base/sha256.h"
#include "topfive/dataset/pack.h"

#include "dataset/data_set.h"
#include "support/python.h"
#include "support/skip.h"

using namespace topfive;
using namespace topfive::tests;

namespace {

constexpr const char* kScript =
    "import sys, hashlib, webdataset\n"
    "for s in webdataset.WebDataset(sys.argv[1], shardshuffle=False):\n"
    "    print(s['__key__'], s['cls'].decode(), hashlib.sha256(s['jpg']).hexdigest(), sorted(k for k in s if k[0] != "
    "'_'))\n";

}  // namespace

TEST_CASE("Python's webdataset reads the shards, with the bytes of the files", "[dataset]") {
  const std::string python = python_with("webdataset");
  if (python.empty()) return report_skip("no Python with webdataset; scripts/setup.sh installs one");
  const TemporaryDirectory directory;
  make_data_set(directory / "data", {"cat", "sea snake"}, 3, 1);
  dataset::PackRequest request;
  request.directory = directory / "data";
  request.out = directory / "shards";
  std::ostringstream ignored;
  dataset::run_pack(request, ignored);
  write_file(directory / "read.py", kScript);
  const auto printed = run_command(python + " '" + (directory / "read.py").string() + "' '" +
                                   (directory / "shards/train-000000.tar").string() + "' 2>/dev/null");
  REQUIRE(printed.status == 0);
  std::set<std::string> lines;
  std::istringstream stream(printed.out);
  for (std::string line; std::getline(stream, line);) lines.insert(line);
  std::set<std::string> expected;
  for (const std::string name : {"cat", "sea snake"}) {
    for (const std::string number : {"0", "1", "2"}) {
      const auto file = directory / "data/train" / name / (number + ".JPEG");
      expected.insert((name == "cat" ? "cat/" : "sea_snake/") + number + (name == "cat" ? " 0 " : " 1 ") +
                      base::sha256_of_file(file) + " ['cls', 'jpg']");
    }
  }
  CHECK(lines == expected);
}
