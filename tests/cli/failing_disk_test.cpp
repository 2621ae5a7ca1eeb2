// Runs whose checkpoints cannot be saved, or are damaged.
#include <chrono>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include <signal.h>
#include <sys/resource.h>

#include "cli/tiny_recipe.h"
#include "support/catch.h"

namespace fs = std::filesystem;
using topfive::tests::checkpoint_hash;
using topfive::tests::RunningProgram;
using topfive::tests::TinyRecipe;

namespace {

constexpr rlim_t kLessThanACheckpoint = 100'000;  // bytes

// Programs that are started while it lives cannot make files grow above that.
class SmallFiles {
 public:
  SmallFiles() {
    getrlimit(RLIMIT_FSIZE, &saved_);
    const rlimit limit{kLessThanACheckpoint, saved_.rlim_max};
    setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~SmallFiles() { setrlimit(RLIMIT_FSIZE, &saved_); }
  SmallFiles(const SmallFiles&) = delete;
  SmallFiles& operator=(const SmallFiles&) = delete;

 private:
  rlimit saved_{};
};

std::vector<std::string> arguments(const std::vector<std::string>& more = {}) {
  std::vector<std::string> all = {"--set", "train.num_epochs=40", "--set", "checkpoint.every_steps=5", "--resume",
                                  "auto"};
  all.insert(all.end(), more.begin(), more.end());
  return all;
}

// Begins the run and stops it by a signal once it has saved.
void begin(const TinyRecipe& tiny, const std::string& run) {
  RunningProgram program("train", tiny.train_arguments(arguments(), run));
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (!fs::exists(tiny.out(run) / "checkpoints/last") && !program.has_ended() &&
         std::chrono::steady_clock::now() < deadline) {
    std::this_thread::yield();
  }
  program.send(SIGTERM);
  REQUIRE(program.wait().exit_code == 75);
}

int count(const std::string& text, const std::string& part) {
  int found = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
  return found;
}

}  // namespace

TEST_CASE("a run that cannot save stops with the reason, and its checkpoint is intact", "[cli][resume]") {
  const TinyRecipe tiny;
  begin(tiny, "run");
  const auto before = checkpoint_hash(tiny.out());
  const auto result = [&] {
    const SmallFiles limit;
    return tiny.train(arguments());
  }();
  INFO(result.err);
  CHECK(result.exit_code == 74);
  CHECK_THAT(result.err, ContainsSubstring("model.safetensors\": File too large; raise the limit on file sizes"));
  CHECK(checkpoint_hash(tiny.out()) == before);
  CHECK(tiny.eval().exit_code == 0);
}

TEST_CASE("with on_error warn a run goes on without saving, and can be finished later", "[cli][resume]") {
  const TinyRecipe tiny;
  REQUIRE(tiny.train(arguments(), "whole").exit_code == 0);
  begin(tiny, "run");
  const auto before = checkpoint_hash(tiny.out());
  const auto result = [&] {
    const SmallFiles limit;
    return tiny.train(arguments({"--set", "checkpoint.on_error=warn"}));
  }();
  INFO(result.err);
  CHECK(count(result.err, "warning: not saved, training goes on: ") >= 2);
  CHECK(result.exit_code == 74);  // The last checkpoint is missing.
  CHECK(checkpoint_hash(tiny.out()) == before);
  CHECK(tiny.train(arguments()).exit_code == 0);
  CHECK(checkpoint_hash(tiny.out()) == checkpoint_hash(tiny.out("whole")));
}

TEST_CASE("a run with a damaged checkpoint goes on from the one before it, to the same end", "[cli][resume]") {
  const TinyRecipe tiny;
  REQUIRE(tiny.train(arguments(), "run").exit_code == 0);
  const auto expected = checkpoint_hash(tiny.out());
  std::ofstream(tiny.out() / "checkpoints/last/model.safetensors", std::ios::app) << "x";
  const auto result = tiny.train(arguments());
  INFO(result.err);
  CHECK(result.exit_code == 0);
  CHECK_THAT(result.err, ContainsSubstring("model.safetensors: has ") && ContainsSubstring("trying the one before it"));
  CHECK(checkpoint_hash(tiny.out()) == expected);
}

TEST_CASE("a run directory that cannot be made is named before anything else happens", "[cli]") {
  const TinyRecipe tiny;
  std::ofstream(tiny.out("file")) << "x";
  const auto result = tiny.train({}, "file");
  CHECK(result.exit_code == 73);
  CHECK_THAT(result.err, ContainsSubstring("cannot create directory \"" + tiny.out("file").string() + "\": "));
}

TEST_CASE("a changed recipe goes on only where the change is accepted", "[cli][resume]") {
  const TinyRecipe tiny;
  REQUIRE(tiny.train({"--set", "train.num_epochs=2"}).exit_code == 0);
  const std::vector<std::string> longer = {"--set", "train.num_epochs=3", "--resume", "auto"};
  const auto refused = tiny.train(longer);
  CHECK(refused.exit_code == 78);
  CHECK_THAT(refused.err, ContainsSubstring("accept it with --accept-change train.num_epochs"));
  auto accepting = longer;
  accepting.insert(accepting.end(), {"--accept-change", "train.num_epochs"});
  const auto accepted = tiny.train(accepting);
  INFO(accepted.err);
  CHECK(accepted.exit_code == 0);
  CHECK_THAT(accepted.err, ContainsSubstring("accepted change: train.num_epochs"));
  // From now on that is the run's recipe.
  CHECK(tiny.train(longer).exit_code == 0);
}
