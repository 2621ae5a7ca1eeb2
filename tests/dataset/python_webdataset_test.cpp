// Shards that go to Python's webdataset.
#include <array>
#include <cstdio>
#include <sstream>

#include "topfive/base/sha256.h"
#include "topfive/dataset/pack.h"

#include "dataset/data_set.h"
#include "support/skip.h"
#include "support/source_directory.h"

using namespace topfive;
using namespace topfive::tests;

namespace {

// What the command prints; nothing where it fails.
std::optional<std::string> output_of(const std::string& command) {
  std::FILE* pipe = ::popen(command.c_str(), "r");
  if (pipe == nullptr) return std::nullopt;
  std::string out;
  std::array<char, 4096> buffer{};
  while (const std::size_t count = std::fread(buffer.data(), 1, buffer.size(), pipe)) out.append(buffer.data(), count);
  return ::pclose(pipe) == 0 ? std::optional(out) : std::nullopt;
}

// The Python that scripts/setup.sh installed webdataset for, or the system's.
std::string python_with_webdataset() {
  for (const std::string& python : {(source_directory() / ".deps/venv/bin/python").string(), std::string("python3")}) {
    if (output_of("'" + python + "' -c 'import webdataset' 2>/dev/null")) return "'" + python + "'";
  }
  return "";
}

constexpr const char* kScript =
    "import sys, hashlib, webdataset\n"
    "for s in webdataset.WebDataset(sys.argv[1], shardshuffle=False):\n"
    "    print(s['__key__'], s['cls'].decode(), hashlib.sha256(s['jpg']).hexdigest(), sorted(k for k in s if k[0] != "
    "'_'))\n";

}  // namespace

TEST_CASE("Python's webdataset reads the shards, with the bytes of the files", "[dataset]") {
  const std::string python = python_with_webdataset();
  if (python.empty()) return report_skip("no Python with webdataset; scripts/setup.sh installs one");
  const TemporaryDirectory directory;
  make_data_set(directory / "data", {"cat", "sea snake"}, 3, 1);
  dataset::PackRequest request;
  request.directory = directory / "data";
  request.out = directory / "shards";
  std::ostringstream ignored;
  dataset::run_pack(request, ignored);
  write_file(directory / "read.py", kScript);
  const auto printed = output_of(python + " '" + (directory / "read.py").string() + "' '" +
                                 (directory / "shards/train-000000.tar").string() + "' 2>/dev/null");
  REQUIRE(printed);
  std::set<std::string> lines;
  std::istringstream stream(*printed);
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
