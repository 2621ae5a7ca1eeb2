#include "topfive/engine/checkpoint_store.h"

#include <fstream>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "topfive/base/error.h"

#include "support/catch.h"
#include "support/temporary_directory.h"

namespace {

namespace fs = std::filesystem;
using topfive::base::ExitCode;
using topfive::base::UserError;
using topfive::engine::CheckpointFiles;
using topfive::engine::CheckpointStore;

CheckpointStore::Fill writes(const std::string& content) {
  return [content](CheckpointFiles& files) { files.add("weights", content); };
}

std::string content_of(const fs::path& file) {
  std::ifstream in(file);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

int count_checkpoints(const fs::path& directory) {
  int count = 0;
  for (const auto& entry : fs::directory_iterator(directory)) count += entry.is_symlink() ? 0 : 1;
  return count;
}

// Flips one bit in the middle of a file.
void damage(const fs::path& file) {
  std::string bytes = content_of(file);
  bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 1);
  std::ofstream(file, std::ios::binary) << bytes;
}

}  // namespace

TEST_CASE("a committed checkpoint verifies and is what last points at", "[checkpoint]") {
  const topfive::tests::TemporaryDirectory scratch;
  CheckpointStore store(scratch.path() / "checkpoints");
  CHECK(store.empty());
  const auto path = store.commit(120, writes("hello"), {});
  CHECK(path.filename() == "step-00000120");
  CHECK_NOTHROW(topfive::engine::verify_checkpoint(path));
  CHECK(content_of(scratch.path() / "checkpoints/last/weights") == "hello");
  CHECK(store.newest_valid() == path);
  CHECK(topfive::engine::resolve_checkpoint(scratch.path()) == fs::canonical(path));
}

TEST_CASE("older checkpoints are removed, the best one stays", "[checkpoint]") {
  const topfive::tests::TemporaryDirectory scratch;
  CheckpointStore store(scratch.path());
  store.commit(1, writes("first"), {.is_best = true, .keep = 2});
  for (int step = 2; step <= 6; ++step) store.commit(step, writes("later"), {.keep = 2});
  CHECK(count_checkpoints(scratch.path()) == 3);
  CHECK(content_of(scratch.path() / "best/weights") == "first");
  CHECK(fs::exists(scratch.path() / "step-00000005"));
  CHECK(fs::exists(scratch.path() / "step-00000006"));
}

TEST_CASE("a second checkpoint at the same step overwrites nothing and counts as newer", "[checkpoint]") {
  const topfive::tests::TemporaryDirectory scratch;
  CheckpointStore store(scratch.path());
  store.commit(7, writes("a"), {.keep = 20});
  for (int i = 0; i < 11; ++i) store.commit(7, writes("b"), {.keep = 20});
  CHECK(content_of(scratch.path() / "step-00000007/weights") == "a");
  CHECK(store.newest_valid()->filename() == "step-00000007.11");
}

TEST_CASE("a damaged checkpoint is noticed and the one before it is taken", "[checkpoint]") {
  const topfive::tests::TemporaryDirectory scratch;
  CheckpointStore store(scratch.path());
  const auto good = store.commit(1, writes("good weights"), {});
  const auto bad = store.commit(2, writes("newer weights"), {});

  SECTION("a flipped bit") { damage(bad / "weights"); }
  SECTION("a truncated file") { fs::resize_file(bad / "weights", 3); }
  SECTION("a missing file") { fs::remove(bad / "weights"); }
  SECTION("a missing manifest") { fs::remove(bad / "MANIFEST.json"); }
  SECTION("a manifest that is not JSON") { std::ofstream(bad / "MANIFEST.json") << "{"; }
  SECTION("a manifest of the wrong shape") { std::ofstream(bad / "MANIFEST.json") << R"({"files":[1]})"; }
  SECTION("a file that does not belong there") { std::ofstream(bad / "more") << "x"; }
  SECTION("a manifest of another checkpoint") {
    fs::copy_file(good / "MANIFEST.json", bad / "MANIFEST.json", fs::copy_options::overwrite_existing);
  }
  SECTION("a manifest entry of the wrong type") {
    std::ofstream(bad / "MANIFEST.json") << R"({"files":{"weights":{"bytes":"13","sha256":1}}})";
  }
  SECTION("a manifest that points outside") {
    std::ofstream(bad / "MANIFEST.json") << R"({"files":{"../weights":{"bytes":1,"sha256":""}}})";
  }
  CHECK_THROWS_AS(topfive::engine::verify_checkpoint(bad), UserError);
  CHECK(store.newest_valid() == good);
  CHECK(fs::exists(scratch.path() / "damaged-step-00000002"));
}

TEST_CASE("a damaged checkpoint takes nobody's place among the newest", "[checkpoint]") {
  const topfive::tests::TemporaryDirectory scratch;
  CheckpointStore store(scratch.path());
  store.commit(1, writes("first"), {});
  damage(store.commit(2, writes("second"), {}) / "weights");
  REQUIRE(store.newest_valid()->filename() == "step-00000001");
  const auto third = store.commit(2, writes("second again"), {.keep = 2});
  damage(third / "weights");
  CHECK(store.newest_valid()->filename() == "step-00000001");
}

TEST_CASE("of a run that went back, the checkpoints made last are the newest", "[checkpoint]") {
  const topfive::tests::TemporaryDirectory scratch;
  {
    CheckpointStore store(scratch.path());
    for (const int step : {10, 20, 30}) store.commit(step, writes("first try"), {.keep = 5});
  }
  CheckpointStore store(scratch.path());  // resumed from step 10
  const auto again = store.commit(15, writes("second try"), {.keep = 2});
  CHECK(store.newest_valid() == again);
  CHECK(content_of(scratch.path() / "last/weights") == "second try");
  CHECK_FALSE(fs::exists(scratch.path() / "step-00000020"));
}

TEST_CASE("the best checkpoints stay beside the newest", "[checkpoint]") {
  const topfive::tests::TemporaryDirectory scratch;
  CheckpointStore store(scratch.path());
  const std::vector<double> errors = {0.9, 0.5, 0.7, 0.6, 0.8, 0.95};
  for (std::size_t i = 0; i < errors.size(); ++i) {
    const auto step = static_cast<std::int64_t>(i + 1);
    store.commit(step, writes("w"), {.is_best = i == 1, .top1_error = errors[i], .keep = 1, .keep_best = 3});
  }
  store.commit(7, writes("not evaluated"), {.keep = 1, .keep_best = 3});
  std::set<std::string> names;
  for (const auto& entry : fs::directory_iterator(scratch.path())) {
    if (!entry.is_symlink()) names.insert(entry.path().filename());
  }
  CHECK(names == std::set<std::string>{"step-00000002", "step-00000003", "step-00000004", "step-00000007"});
  CHECK(fs::read_symlink(scratch.path() / "best") == "step-00000002");
}

TEST_CASE("when no checkpoint is whole, the store says so", "[checkpoint]") {
  const topfive::tests::TemporaryDirectory scratch;
  CheckpointStore store(scratch.path());
  damage(store.commit(1, writes("weights"), {}) / "weights");
  try {
    store.newest_valid();
    FAIL("accepted a damaged checkpoint");
  } catch (const UserError& error) {
    CHECK(error.code() == ExitCode::kBadData);
    CHECK_THAT(error.what(), ContainsSubstring("none of the 1 checkpoints is whole"));
  }
  // A second try must not take the run for a new one.
  CHECK_THROWS_AS(store.newest_valid(), UserError);
  CHECK_FALSE(store.empty());
}

TEST_CASE("a save that fails half-way leaves the previous checkpoint and no rubbish", "[checkpoint]") {
  const topfive::tests::TemporaryDirectory scratch;
  CheckpointStore store(scratch.path());
  const auto good = store.commit(1, writes("weights"), {});
  const auto fails = [](CheckpointFiles& files) {
    files.add("weights", "half");
    throw UserError(ExitCode::kIo, "no space left");
  };
  CHECK_THROWS_AS(store.commit(2, fails, {}), UserError);
  CHECK(count_checkpoints(scratch.path()) == 1);
  CHECK(store.newest_valid() == good);
}

TEST_CASE("leftovers of a killed writer are removed when the store opens", "[checkpoint]") {
  const topfive::tests::TemporaryDirectory scratch;
  fs::create_directory(scratch.path() / ".writing-4711");
  fs::create_directory(scratch.path() / ".removing-step-00000003");
  fs::create_symlink("step-00000003", scratch.path() / ".topfive-4711-0.tmp");
  std::ofstream(scratch.path() / ".writing-4711/weights") << "half";
  const CheckpointStore store(scratch.path());
  CHECK(fs::is_empty(scratch.path()));
  CHECK(store.empty());
}

TEST_CASE("a path that holds no checkpoint is refused with advice", "[checkpoint]") {
  const topfive::tests::TemporaryDirectory scratch;
  try {
    topfive::engine::resolve_checkpoint(scratch.path() / "nowhere");
    FAIL("accepted a missing directory");
  } catch (const UserError& error) {
    CHECK(error.code() == ExitCode::kInputMissing);
    CHECK_THAT(error.what(), ContainsSubstring("no such directory"));
  }
  CHECK_THROWS_AS(topfive::engine::resolve_checkpoint(scratch.path()), UserError);
}
