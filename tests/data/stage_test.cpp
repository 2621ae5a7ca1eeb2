#include "topfive/data/stage.h"

#include <csignal>

#include <sys/resource.h>

#include "topfive/data/shards.h"

#include "data/storage_fixture.h"
#include "data/test_files.h"

using namespace topfive;
using data::open_shards;
using data::Stage;
using tests::TemporaryDirectory;
using tests::user_error;
using tests::write_file;
namespace fs = std::filesystem;

namespace {

std::vector<std::string> contents(const data::SampleSource& source) {
  std::vector<std::string> all;
  std::vector<std::byte> buffer;
  for (std::int64_t i = 0; i < source.size(); ++i) {
    const auto raw = source.read(i, buffer);
    all.emplace_back(reinterpret_cast<const char*>(raw.bytes.data()), raw.bytes.size());
  }
  return all;
}

std::vector<std::string> files_in(const fs::path& directory, const std::string& extension) {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(directory)) {
    if (entry.path().extension() == extension) names.push_back(entry.path().filename().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

void stage_all(const data::SampleSource& source, const fs::path& local) {
  Stage stage(local, source.archives(), "data");
  stage.wait();
}

// A file of this process may not become larger than this, as on a disk that is full.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) {
    std::signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &old_);
    const rlimit limit{bytes, old_.rlim_max};
    setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FileSizeLimit() { setrlimit(RLIMIT_FSIZE, &old_); }
  FileSizeLimit(const FileSizeLimit&) = delete;
  FileSizeLimit& operator=(const FileSizeLimit&) = delete;

 private:
  rlimit old_{};
};

void store_indexed(const fs::path& directory) {
  tests::store_as_shards(directory);
  write_sample_index(data::index_beside(directory, "train"), tests::index_of_shards(directory, "train"));
}

}  // namespace

TEST_CASE("records come from the copies once they are there, and are the same") {
  const TemporaryDirectory directory;
  store_indexed(directory / "data");
  const auto source = open_shards(directory / "data", "train");
  const auto expected = contents(*source);
  stage_all(*source, directory / "local");
  CHECK(files_in(directory / "local", ".tar").size() == 3);
  CHECK(files_in(directory / "local", ".tmp").empty());
  for (const auto& archive : source->archives()) CHECK(archive->uses_copy());
  // The originals may be gone now.
  for (const auto& archive : source->archives()) fs::resize_file(archive->path(), 0);
  CHECK(contents(*source) == expected);
}

TEST_CASE("a second run finds the copies of the first, and data sets do not take each other's") {
  const TemporaryDirectory directory;
  store_indexed(directory / "a");
  store_indexed(directory / "b");
  stage_all(*open_shards(directory / "a", "train"), directory / "local");
  const auto first = files_in(directory / "local", ".tar");
  // What marks a copy shows whether it was written anew.
  const fs::path marked = directory / "local" / first.front();
  const auto then = fs::file_time_type::clock::now() - std::chrono::hours(1);
  fs::last_write_time(marked, then);
  const auto again = open_shards(directory / "a", "train");
  stage_all(*again, directory / "local");
  CHECK(fs::last_write_time(marked) == then);
  CHECK(again->archives().front()->uses_copy());
  stage_all(*open_shards(directory / "b", "train"), directory / "local");
  CHECK(files_in(directory / "local", ".tar").size() == 6);
}

TEST_CASE("a copy of the wrong size is written anew") {
  const TemporaryDirectory directory;
  store_indexed(directory / "data");
  const auto source = open_shards(directory / "data", "train");
  const fs::path target = data::staged_path(directory / "local", *source->archives().front());
  write_file(target, "cut off");
  stage_all(*source, directory / "local");
  CHECK(fs::file_size(target) == source->archives().front()->size());
  CHECK(source->archives().front()->uses_copy());
}

TEST_CASE("a copy that is damaged later is dropped, and the original serves") {
  const TemporaryDirectory directory;
  store_indexed(directory / "data");
  const auto source = open_shards(directory / "data", "train");
  const auto expected = contents(*source);
  stage_all(*source, directory / "local");
  const auto damaged = source->archives().front();
  const fs::path copy = data::staged_path(directory / "local", *damaged);
  const std::string zeros(fs::file_size(copy), '\0');
  std::fstream(copy, std::ios::in | std::ios::out | std::ios::binary) << zeros;
  CHECK(contents(*source) == expected);
  CHECK_FALSE(damaged->uses_copy());
  CHECK_FALSE(fs::exists(copy));
}

TEST_CASE("a full disk ends the staging with the originals in use and no half copy") {
  const TemporaryDirectory directory;
  store_indexed(directory / "data");
  const auto source = open_shards(directory / "data", "train");
  const auto expected = contents(*source);
  {
    const FileSizeLimit limit(4000);
    stage_all(*source, directory / "local");
  }
  CHECK(files_in(directory / "local", ".tar").empty());
  CHECK(files_in(directory / "local", ".tmp").empty());
  CHECK(contents(*source) == expected);
  stage_all(*source, directory / "local");  // space again
  CHECK(files_in(directory / "local", ".tar").size() == 3);
}

TEST_CASE("staging can be ended at any time") {
  const TemporaryDirectory directory;
  store_indexed(directory / "data");
  for (int i = 0; i < 20; ++i) {
    const auto source = open_shards(directory / "data", "train");
    const Stage stage(directory / "local", source->archives(), "data");
    CHECK(contents(*source).size() == 15);
  }
  CHECK(files_in(directory / "local", ".tmp").empty());
}

TEST_CASE("two at a time share one copy") {
  const TemporaryDirectory directory;
  store_indexed(directory / "data");
  const auto one = open_shards(directory / "data", "train");
  const auto two = open_shards(directory / "data", "train");
  {
    Stage first(directory / "local", one->archives(), "data");
    Stage second(directory / "local", two->archives(), "data");
    first.wait();
    second.wait();
  }
  for (const auto& source : {one.get(), two.get()}) {
    for (const auto& archive : source->archives()) CHECK(archive->uses_copy());
  }
  CHECK(files_in(directory / "local", ".tar").size() == 3);
}

TEST_CASE("without archives there is nothing to stage, and a directory that cannot be is an error") {
  const TemporaryDirectory directory;
  CHECK(user_error([&] { Stage(directory / "local", {}, "imagenet"); }) ==
        "64 --stage needs shards or tar archives, but imagenet has none; make shards of it first (dataset pack), or "
        "leave --stage out");
  store_indexed(directory / "data");
  const auto source = open_shards(directory / "data", "train");
  write_file(directory / "file", "x");
  CHECK_THAT(user_error([&] { Stage(directory / "file" / "x", source->archives(), "data"); }), StartsWith("73 "));
}
