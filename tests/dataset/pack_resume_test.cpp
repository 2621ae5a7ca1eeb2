#include <csignal>
#include <random>
#include <sstream>

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "topfive/base/stop_signal.h"
#include "topfive/data/shards.h"
#include "topfive/data/tar_reader.h"
#include "topfive/dataset/pack.h"

#include "dataset/data_set.h"
#include "image/picture.h"

using namespace topfive;
using namespace topfive::tests;
namespace fs = std::filesystem;

namespace {

dataset::PackRequest request_for(const fs::path& directory, const fs::path& out) {
  dataset::PackRequest request;
  request.directory = directory;
  request.out = out;
  request.split = "train";
  request.shard_mb = 1;
  request.threads = 2;
  return request;
}

base::ExitCode pack(const dataset::PackRequest& request) {
  std::ostringstream out;
  return dataset::run_pack(request, out);
}

std::map<std::string, std::string> shard_contents(const fs::path& directory) {
  std::map<std::string, std::string> contents;
  for (const auto& file : files_below(directory)) {
    const bool counts =
        file.ends_with(".tar") || file.ends_with(".idx") || file.ends_with(".rows") || file == "pack.json";
    if (counts) contents[file] = content_of(directory / file);
  }
  return contents;
}

// Shards under their final names can be read to the end.
void check_whole(const fs::path& directory) {
  if (!fs::exists(directory)) return;
  for (const auto& entry : fs::directory_iterator(directory)) {
    if (entry.path().extension() != ".tar") continue;
    const data::RecordFile file(entry.path());
    data::TarReader reader(file);
    int members = 0;
    while (reader.next()) ++members;
    CHECK(members >= 2);
    CHECK(members % 2 == 0);
  }
}

// Packs in a child process, which is killed after `files` files have appeared and `turns` further looks.
void pack_and_kill(const dataset::PackRequest& request, std::size_t files, int turns) {
  const pid_t child = ::fork();
  if (child == 0) {
    try {
      pack(request);
    } catch (...) {
      _exit(1);
    }
    _exit(0);
  }
  int status = 0;
  const auto count = [&] {
    std::error_code ignored;
    std::size_t found = 0;
    for (fs::recursive_directory_iterator i(request.out, ignored), end; !ignored && i != end; i.increment(ignored))
      ++found;
    return found;
  };
  while (::waitpid(child, &status, WNOHANG) == 0) {
    if (count() >= files && turns-- <= 0) ::kill(child, SIGKILL);
  }
}

// Asked to stop from the beginning.
void pack_until_stopped(const dataset::PackRequest& request) {
  base::install_stop_handlers();
  std::raise(SIGTERM);
  CHECK(pack(request) == base::ExitCode::kStopped);
  base::reset_stop_request();
}

}  // namespace

TEST_CASE("a packing that is killed at any point goes on to the very same shards", "[dataset]") {
  const TemporaryDirectory directory;
  make_large_pictures(directory / "data", 40);
  REQUIRE(pack(request_for(directory / "data", directory / "whole")) == base::ExitCode::kOk);
  const auto expected = shard_contents(directory / "whole");
  REQUIRE(expected.count("train-000003.tar") == 1);
  REQUIRE(expected.count("train.rows") == 1);
  auto request = request_for(directory / "data", directory / "killed");
  std::mt19937 random(7);
  for (int kill = 0; kill < 12; ++kill) {
    request.row_indexes = kill % 4 != 0;
    pack_and_kill(request, 1 + random() % 20, static_cast<int>(random() % 200));
    check_whole(request.out);
  }
  request.row_indexes = true;
  CHECK(pack(request) == base::ExitCode::kOk);
  CHECK(shard_contents(request.out) == expected);
  CHECK_FALSE(fs::exists(request.out / ".pack"));
  CHECK(data::open_shards(request.out, "train")->size() == 40);
}

TEST_CASE("a packing that is stopped by a signal keeps its finished shards", "[dataset]") {
  const TemporaryDirectory directory;
  make_large_pictures(directory / "data", 24);
  const auto request = request_for(directory / "data", directory / "shards");
  pack_until_stopped(request);
  CHECK(pack(request) == base::ExitCode::kOk);
  CHECK(pack(request) == base::ExitCode::kOk);
  CHECK(data::open_shards(request.out, "train")->size() == 24);
}

TEST_CASE("a full disk ends a packing, which goes on when there is room", "[dataset]") {
  const TemporaryDirectory directory;
  make_large_pictures(directory / "data", 24);
  REQUIRE(pack(request_for(directory / "data", directory / "whole")) == base::ExitCode::kOk);
  const auto request = request_for(directory / "data", directory / "shards");
  base::install_stop_handlers();  // ignores SIGXFSZ
  rlimit before{};
  getrlimit(RLIMIT_FSIZE, &before);
  rlimit small = before;
  small.rlim_cur = 500'000;
  setrlimit(RLIMIT_FSIZE, &small);
  const std::string error = user_error([&] { pack(request); });
  setrlimit(RLIMIT_FSIZE, &before);
  CHECK_THAT(error, StartsWith("74 "));
  CHECK(files_below(request.out) == std::vector<std::string>{".pack/lock", "classes.txt", "pack.json"});
  CHECK(pack(request) == base::ExitCode::kOk);
  CHECK(shard_contents(request.out) == shard_contents(directory / "whole"));
}

TEST_CASE("shards of other settings or other data, and other files, are not packed over", "[dataset]") {
  const TemporaryDirectory directory;
  make_large_pictures(directory / "data", 4);
  auto request = request_for(directory / "data", directory / "shards");
  REQUIRE(pack(request) == base::ExitCode::kOk);
  request.seed = 2;
  CHECK_THAT(user_error([&] { pack(request); }), StartsWith("73 ") && ContainsSubstring("other settings"));
  request.seed = 1;
  make_large_pictures(directory / "data", 5);
  CHECK_THAT(user_error([&] { pack(request); }), StartsWith("73 "));
  write_file(directory / "full/holiday.txt", "x");
  request.out = directory / "full";
  CHECK_THAT(user_error([&] { pack(request); }), StartsWith("73 ") && ContainsSubstring("other files"));
}

TEST_CASE("damaged row indexes of an interrupted packing are refused", "[dataset]") {
  const TemporaryDirectory directory;
  make_large_pictures(directory / "data", 24);
  const auto request = request_for(directory / "data", directory / "shards");
  pack_until_stopped(request);
  // What stands in the way of the last step leaves all shards with their notes.
  fs::create_directory(request.out / "train.rows");
  CHECK_THAT(user_error([&] { pack(request); }), StartsWith("73 "));
  fs::remove(request.out / "train.rows");
  const fs::path rows = request.out / ".pack/train-000000.tar.rows";
  std::string text = content_of(rows);
  text[20] = static_cast<char>(text[20] ^ 1);
  write_file(rows, text);
  CHECK_THAT(user_error([&] { pack(request); }), StartsWith("65 ") && ContainsSubstring("damaged"));
}

TEST_CASE("damaged notes of an interrupted packing are refused", "[dataset]") {
  const TemporaryDirectory directory;
  make_large_pictures(directory / "data", 24);
  const auto request = request_for(directory / "data", directory / "shards");
  REQUIRE(pack(request) == base::ExitCode::kOk);
  std::string summary = content_of(request.out / "pack.json");
  const auto settings = summary.find("\"settings\"");
  write_file(request.out / "pack.json", "{\"complete\": false, " + summary.substr(settings));
  const auto name = GENERATE(as<std::string>(), "{}", "[", "{\"begin\": -1, \"end\": 3, \"bytes\": 1, \"skipped\": []}",
                             "{\"begin\": 0, \"end\": 3, \"bytes\": 1, \"skipped\": [7]}");
  write_file(request.out / ".pack/train-000000.tar.json", name);
  write_file(request.out / ".pack/train-000000.tar.index", "x");
  CHECK_THAT(user_error([&] { pack(request); }), StartsWith("65 ") && ContainsSubstring("damaged"));
}
