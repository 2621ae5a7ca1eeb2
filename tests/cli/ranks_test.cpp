#include <chrono>
#include <memory>
#include <string>
#include <tuple>
#include <vector>

#include <signal.h>
#include <unistd.h>

#include "cli/log_figures.h"
#include "cli/rank_helpers.h"
#include "cli/tiny_recipe.h"
#include "support/catch.h"

namespace fs = std::filesystem;
using namespace topfive::tests;
using Clock = std::chrono::steady_clock;

namespace {

ProgramResult train(const TinyRecipe& tiny, int num_ranks, const std::string& run,
                    const std::vector<std::string>& more = {}) {
  return tiny.train(more, run, devices_of(num_ranks));
}

const std::vector<std::string> kFiftySteps = {"--set", "train.global_batch_size=12",
                                              "--set", "train.num_epochs=100",
                                              "--set", "train.max_steps=50",
                                              "--set", "log.every_steps=1",
                                              "--set", "schedule.base_learning_rate=0.02"};

// Long enough to be interrupted, with checkpoints on the way; ranks give each other up after two seconds.
std::vector<std::string> long_run(const std::vector<std::string>& more = {}) {
  std::vector<std::string> arguments = {"--set", "train.num_epochs=100",      "--set", "checkpoint.every_steps=5",
                                        "--set", "parallel.timeout_seconds=2"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

// A rank as torchrun would start it.
std::unique_ptr<RunningProgram> start_rank(const TinyRecipe& tiny, int rank, int size, int port,
                                           const std::vector<std::string>& more) {
  const Environment torchrun(torchrun_variables(rank, size, port));
  return std::make_unique<RunningProgram>("train", tiny.train_arguments(more));
}

}  // namespace

TEST_CASE("losses and evaluations do not depend on the number of ranks", "[cli][ranks]") {
  const TinyRecipe tiny;
  REQUIRE(train(tiny, 1, "one", kFiftySteps).exit_code == 0);
  const auto losses = figures(tiny.out("one"), "train", "loss");
  REQUIRE(losses.size() == 50);
  for (const int num_ranks : {2, 4}) {
    const std::string run = std::to_string(num_ranks);
    const auto result = train(tiny, num_ranks, run, kFiftySteps);
    INFO(result.err);
    REQUIRE(result.exit_code == 0);
    CHECK(largest_difference(figures(tiny.out(run), "train", "loss"), losses) < 1e-5);
    for (const char* key : {"top1_error", "top5_error", "images"}) {
      CHECK(figures(tiny.out(run), "eval", key) == figures(tiny.out("one"), "eval", key));
    }
  }
}

TEST_CASE("batch normalisation over all ranks gives the losses of one process", "[cli][ranks]") {
  const TinyRecipe tiny;
  std::string recipe = TinyRecipe::config_text();
  const std::string network = R"("type": "lenet5", "variant": "modern")";
  recipe.replace(recipe.find(network), network.size(), R"("type": "resnet", "family": "cifar", "depth": 8)");
  tiny.write_config(recipe);
  // Through normalised layers float32's rounding grows from step to step, faster on pictures as plain as these than on
  // photos: ten steps, where the other test has fifty.
  auto gentle = kFiftySteps;
  gentle[5] = "train.max_steps=10";
  gentle.back() = "schedule.base_learning_rate=0.0005";
  REQUIRE(train(tiny, 1, "one", gentle).exit_code == 0);
  const auto losses = figures(tiny.out("one"), "train", "loss");
  auto synchronised = gentle;
  synchronised.insert(synchronised.end(), {"--set", "parallel.sync_batch_norm=true"});
  REQUIRE(train(tiny, 2, "two", synchronised).exit_code == 0);
  CHECK(largest_difference(figures(tiny.out("two"), "train", "loss"), losses) < 1e-5);
  // And it is the synchronisation that does it.
  REQUIRE(train(tiny, 2, "apart", gentle).exit_code == 0);
  CHECK(largest_difference(figures(tiny.out("apart"), "train", "loss"), losses) > 1e-3);
}

TEST_CASE("AlexNet in two columns on two ranks gives the losses of one column pair on one", "[cli][ranks]") {
  const TinyRecipe tiny;
  tiny.write_config(TinyRecipe::two_columns_text());
  const std::vector<std::string> in_columns = {"--set", "model.placement=two_columns"};
  REQUIRE(train(tiny, 1, "grouped").exit_code == 0);
  const auto losses = figures(tiny.out("grouped"), "train", "loss");
  REQUIRE(losses.size() == 6);
  for (const int num_ranks : {1, 2}) {
    const std::string run = "columns-" + std::to_string(num_ranks);
    const auto result = train(tiny, num_ranks, run, in_columns);
    INFO(result.err);
    REQUIRE(result.exit_code == 0);
    CHECK(largest_difference(figures(tiny.out(run), "train", "loss"), losses) < 1e-5);
  }
}

TEST_CASE("ranks stopped by a signal save, exit with 75, and resume to the same bits", "[cli][ranks]") {
  const TinyRecipe tiny;
  // From three ranks on, the order in which gradients are added up counts as well.
  const auto [signal, num_ranks] = GENERATE(table<int, int>({{SIGTERM, 2}, {SIGINT, 4}}));
  const auto run = long_run({"--set", "train.global_batch_size=8"});
  REQUIRE(train(tiny, num_ranks, "whole", run).exit_code == 0);
  RunningProgram program("train", tiny.train_arguments(run, "stopped", devices_of(num_ranks)));
  wait_for_checkpoint(program, tiny.out("stopped"));
  program.send(signal);
  const auto result = program.wait();
  INFO(result.err);
  REQUIRE(result.exit_code == 75);
  CHECK(count(result.err, "stopped by SIG") == 1);
  auto rest = run;
  rest.insert(rest.end(), {"--resume", "auto"});
  REQUIRE(train(tiny, num_ranks, "stopped", rest).exit_code == 0);
  CHECK(checkpoint_hash(tiny.out("stopped")) == checkpoint_hash(tiny.out("whole")));
}

TEST_CASE("a run goes on with another number of ranks at the same sample", "[cli][ranks]") {
  const TinyRecipe tiny;
  REQUIRE(train(tiny, 1, "whole", kFiftySteps).exit_code == 0);
  auto with_checkpoints = kFiftySteps;
  with_checkpoints.insert(with_checkpoints.end(),
                          {"--set", "checkpoint.every_steps=20", "--set", "checkpoint.keep=100"});
  REQUIRE(train(tiny, 2, "parts", with_checkpoints).exit_code == 0);
  auto rest = with_checkpoints;
  rest.insert(rest.end(), {"--resume", (tiny.out("parts") / "checkpoints/step-00000020").string()});
  REQUIRE(train(tiny, 3, "parts", rest).exit_code == 0);
  CHECK(largest_difference(figures(tiny.out("parts"), "train", "loss"), figures(tiny.out("whole"), "train", "loss")) <
        1e-5);
}

TEST_CASE("a rank that is killed or stopped ends the run with 76, by name and in time", "[cli][ranks]") {
  const TinyRecipe tiny;
  REQUIRE(train(tiny, 2, "whole", long_run()).exit_code == 0);
  const int signal = GENERATE(SIGKILL, SIGSTOP);
  const int victim = GENERATE(0, 1);
  RunningProgram program("train", tiny.train_arguments(long_run(), "lost", devices_of(2)));
  wait_for_checkpoint(program, tiny.out("lost"));
  const auto pids = ranks_of(program.pid());
  REQUIRE(pids.size() == 2);
  const auto start = Clock::now();
  kill(pids[static_cast<std::size_t>(victim)], signal);
  const auto result = program.wait();
  INFO(result.err);
  CHECK(result.exit_code == 76);
  CHECK(Clock::now() - start < std::chrono::seconds(2 + 7));  // the launcher kills what is stopped after the grace
  CHECK_THAT(result.err, ContainsSubstring("rank " + std::to_string(victim)));
  CHECK(is_gone(pids[0]));
  CHECK(is_gone(pids[1]));
  REQUIRE(train(tiny, 2, "lost", long_run({"--resume", "auto"})).exit_code == 0);
  CHECK(checkpoint_hash(tiny.out("lost")) == checkpoint_hash(tiny.out("whole")));
}

TEST_CASE("a mistake in the recipe is told once, whatever the number of ranks", "[cli][ranks]") {
  const TinyRecipe tiny;
  const auto unknown = train(tiny, 3, "run", {"--set", "optimizer.momentun=0.9"});
  CHECK(unknown.exit_code == 78);
  CHECK_THAT(unknown.err, ContainsSubstring("momentun"));
  CHECK(count(unknown.err, "error: ") == 1);
  const auto uneven = train(tiny, 4, "run");
  CHECK(uneven.exit_code == 78);
  CHECK(count(uneven.err, "no multiple of 4 ranks") == 1);
}

TEST_CASE("a dry run of several ranks is one process that tells for all of them", "[cli][ranks]") {
  const TinyRecipe tiny;
  const auto result = train(tiny, 2, "run", {"--dry-run"});
  INFO(result.err);
  CHECK(result.exit_code == 0);
  CHECK_THAT(result.err, ContainsSubstring("ranks      2, 2 of them on this host (found by train --devices)") &&
                             ContainsSubstring("global batch 6 = 2 ranks x 3") && ContainsSubstring(" a rank, ") &&
                             ContainsSubstring("gradients  each rank sends ") &&
                             ContainsSubstring("with its share of this host's cores"));
  CHECK(count(result.err, "time       about ") == 1);
  CHECK_FALSE(fs::exists(tiny.out()));
  CHECK(train(tiny, 4, "run", {"--dry-run"}).exit_code == 78);  // six pictures for four ranks
}

TEST_CASE("a dry run under a launcher meets nobody, and rank 0 tells for all", "[cli][ranks]") {
  const TinyRecipe tiny;
  const auto one = start_rank(tiny, 1, 3, next_port(), {"--dry-run"})->wait();
  CHECK(one.exit_code == 0);
  CHECK(one.err.empty());
  const auto zero = start_rank(tiny, 0, 3, next_port(), {"--dry-run"})->wait();
  CHECK(zero.exit_code == 0);
  CHECK_THAT(zero.err, ContainsSubstring("ranks      3, 3 of them on this host (found by torchrun's variables)"));
}

TEST_CASE("ranks with different recipes do not begin", "[cli][ranks]") {
  const TinyRecipe tiny;
  const int port = next_port();
  const auto zero = start_rank(tiny, 0, 2, port, {});
  const auto one = start_rank(tiny, 1, 2, port, {"--set", "train.seed=8"});
  for (RunningProgram* const rank : {zero.get(), one.get()}) {
    const auto result = rank->wait();
    INFO(result.err);
    CHECK((result.exit_code == 78 || result.exit_code == 76));
    CHECK_THAT(result.err,
               ContainsSubstring(
                   R"(rank 1 does not agree with rank 0 on the recipe (after --set): ""seed": 8", not ""seed": 7")"));
  }
  CHECK_FALSE(fs::exists(tiny.out() / "checkpoints/last"));
}

TEST_CASE("a rank that never comes, and a port that is taken, are told in time", "[cli][ranks]") {
  const TinyRecipe tiny;
  const int port = next_port();
  const auto alone = start_rank(tiny, 0, 2, port, {"--set", "parallel.timeout_seconds=3"});
  usleep(1'500'000);  // until it listens
  const auto second = start_rank(tiny, 0, 2, port, {"--set", "parallel.timeout_seconds=3"})->wait();
  CHECK(second.exit_code == 78);
  CHECK_THAT(second.err, ContainsSubstring("rank 0 cannot listen on 127.0.0.1:" + std::to_string(port)));
  const auto result = alone->wait();
  CHECK(result.exit_code == 76);
  CHECK_THAT(result.err, ContainsSubstring("not all of the 2 ranks came within 3 s"));
}
