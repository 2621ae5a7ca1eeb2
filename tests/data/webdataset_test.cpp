// Shards travel between this program and Python's webdataset.
#include <algorithm>
#include <sstream>

#include "topfive/base/sha256.h"
#include "topfive/data/shards.h"
#include "topfive/data/tar_writer.h"

#include "data/storage_fixture.h"
#include "data/test_files.h"
#include "support/python.h"
#include "support/skip.h"
#include "support/source_directory.h"

using namespace topfive;
using tests::TemporaryDirectory;
using tests::write_file;
namespace fs = std::filesystem;

namespace {

// One line a sample: key, label, SHA-256 of the picture.
std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  std::sort(lines.begin(), lines.end());
  return lines;
}

std::vector<std::string> samples_of(const data::IndexedSource& source) {
  std::vector<std::string> lines;
  std::vector<std::byte> buffer;
  for (std::int64_t i = 0; i < source.size(); ++i) {
    std::string key(source.index().file_name(i));
    key.resize(key.rfind('.'));
    const auto raw = source.read(i, buffer);
    const std::string_view bytes(reinterpret_cast<const char*>(raw.bytes.data()), raw.bytes.size());
    lines.push_back(key + " " + std::to_string(source.label(i)) + " " + base::sha256_of(bytes));
  }
  std::sort(lines.begin(), lines.end());
  return lines;
}

}  // namespace

TEST_CASE("a shard that Python's webdataset wrote is read sample by sample") {
  const TemporaryDirectory directory;
  fs::copy(tests::golden_path("webdataset-000000.tar"), directory / "train-000000.tar");
  const auto source = data::open_shards(directory.path(), "train");
  CHECK(samples_of(*source) == lines_of(base::read_text_file(tests::golden_path("webdataset-000000.txt"), 1U << 20U)));
  CHECK(source->class_names().size() == 9);
  CHECK(source->index().passed_over == 6);  // the .json files
}

TEST_CASE("Python's webdataset, as it is installed here, reads our shards, and we read its") {
  const std::string python = tests::python_with("webdataset");
  if (python.empty()) {
    tests::report_skip("no Python with webdataset; scripts/setup.sh installs one");
    return;
  }
  const TemporaryDirectory directory;
  const std::string script = python + " '" + tests::golden_path("webdataset_shard.py").string() + "' ";
  const auto run = [&](const std::string& verb, const std::string& shard) {
    const auto result = tests::run_command(script + verb + " '" + (directory / shard).string() + "'");
    REQUIRE(result.status == 0);
    return lines_of(result.out);
  };
  const auto written = run("write", "train-000000.tar");
  CHECK(samples_of(*data::open_shards(directory.path(), "train")) == written);

  data::TarWriter writer(directory / "val-000000.tar");
  for (const auto& picture : tests::val_pictures()) {
    const std::string key = std::string(150, 'd') + "/" + fs::path(picture.file).stem().string();
    writer.add(key + ".cls", std::as_bytes(std::span(std::string_view("3"))));
    writer.add(key + ".jpg", std::as_bytes(std::span(picture.bytes)));
  }
  writer.finish();
  const auto found = run("read", "val-000000.tar");
  CHECK(found.size() == tests::val_pictures().size());
  CHECK(samples_of(*data::open_shards(directory.path(), "val")) == found);
}
