#include <filesystem>
#include <string>
#include <thread>

#include <signal.h>

#include "cli/tiny_recipe.h"
#include "support/catch.h"

namespace fs = std::filesystem;
using topfive::tests::checkpoint_hash;
using topfive::tests::RunningProgram;
using topfive::tests::TinyRecipe;
using topfive::tests::wait_for_checkpoint;

namespace {

// A run long enough to be interrupted: 6 steps an epoch, a checkpoint every 5 steps.
std::vector<std::string> long_run(const std::vector<std::string>& more = {}) {
  std::vector<std::string> arguments = {"--set", "train.num_epochs=200", "--set", "checkpoint.every_steps=5",
                                        "--set", "model.num_classes=3"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

}  // namespace

TEST_CASE("a run stopped by a signal saves, exits with 75, and resumes to the same bits", "[cli][resume]") {
  const TinyRecipe tiny;
  REQUIRE(tiny.train(long_run(), "whole").exit_code == 0);

  const int signal = GENERATE(SIGTERM, SIGUSR1, SIGINT);
  RunningProgram program("train", tiny.train_arguments(long_run(), "stopped"));
  wait_for_checkpoint(program, tiny.out("stopped"));
  program.send(signal);
  const auto result = program.wait();
  INFO(result.err);
  REQUIRE(result.exit_code == 75);
  CHECK_THAT(result.err, ContainsSubstring("stopped by SIG"));
  CHECK(checkpoint_hash(tiny.out("stopped")) != checkpoint_hash(tiny.out("whole")));

  const auto resumed = tiny.train(long_run({"--resume", "auto"}), "stopped");
  INFO(resumed.err);
  CHECK(resumed.exit_code == 0);
  CHECK(checkpoint_hash(tiny.out("stopped")) == checkpoint_hash(tiny.out("whole")));
}

TEST_CASE("a run that is killed again and again resumes to the same bits and the same evaluations", "[cli][resume]") {
  const TinyRecipe tiny;
  REQUIRE(tiny.train(long_run(), "whole").exit_code == 0);
  int kills = 0;
  for (int attempt = 0; attempt < 10; ++attempt) {
    RunningProgram program("train", tiny.train_arguments(long_run({"--resume", "auto"}), "killed"));
    std::error_code none_yet;
    const auto before = fs::read_symlink(tiny.out("killed") / "checkpoints/last", none_yet);
    while (!program.has_ended() && fs::read_symlink(tiny.out("killed") / "checkpoints/last", none_yet) == before) {
      std::this_thread::yield();
    }
    program.send(SIGKILL);
    kills += program.wait().exit_code == 128 + SIGKILL ? 1 : 0;
  }
  CHECK(kills == 10);
  REQUIRE(tiny.train(long_run({"--resume", "auto"}), "killed").exit_code == 0);
  CHECK(checkpoint_hash(tiny.out("killed")) == checkpoint_hash(tiny.out("whole")));
}

TEST_CASE("a time limit saves a checkpoint and exits with 75", "[cli][resume]") {
  const TinyRecipe tiny;
  const auto result = tiny.train({"--set", "train.num_epochs=100000", "--max-time", "1s"});
  INFO(result.err);
  CHECK(result.exit_code == 75);
  CHECK_THAT(result.err, ContainsSubstring("time limit"));
  CHECK(fs::exists(tiny.out() / "checkpoints/last/MANIFEST.json"));
}

TEST_CASE("resume auto starts a new run where there is none", "[cli][resume]") {
  const TinyRecipe tiny;
  CHECK(tiny.train({"--resume", "auto", "--set", "train.num_epochs=1"}).exit_code == 0);
}

TEST_CASE("a finished run resumed again changes nothing", "[cli][resume]") {
  const TinyRecipe tiny;
  REQUIRE(tiny.train().exit_code == 0);
  const std::string before = checkpoint_hash(tiny.out());
  CHECK(tiny.train({"--resume", "auto"}).exit_code == 0);
  CHECK(checkpoint_hash(tiny.out()) == before);
}

TEST_CASE("a second process is refused the run directory in use", "[cli][resume]") {
  const TinyRecipe tiny;
  RunningProgram first("train", tiny.train_arguments({"--set", "train.num_epochs=100000"}));
  wait_for_checkpoint(first, tiny.out());
  const auto second = tiny.train({"--resume", "auto", "--set", "train.num_epochs=100000"});
  CHECK(second.exit_code == 73);
  CHECK_THAT(second.err, ContainsSubstring("process " + std::to_string(first.pid()) + " uses it"));
  first.send(SIGTERM);
  CHECK(first.wait().exit_code == 75);
}
