#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include <signal.h>
#include <unistd.h>

#include "cli/rank_helpers.h"
#include "cli/tiny_recipe.h"
#include "support/catch.h"
#include "support/picture_folder.h"

namespace fs = std::filesystem;
using namespace topfive::tests;

namespace {

std::string content_of(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

// Trained too little to be right about everything.
void train_a_little(const TinyRecipe& tiny) {
  const auto result = tiny.train({"--set", "train.num_epochs=1", "--set", "train.max_steps=2"});
  INFO(result.err);
  REQUIRE(result.exit_code == 0);
}

// The same weights in batches of another size.
std::vector<std::string> in_batches_of(const TinyRecipe& tiny, int batch_size) {
  std::string recipe = TinyRecipe::config_text();
  const std::string four = "\"eval_batch_size\": 4";
  recipe.replace(recipe.find(four), four.size(), "\"eval_batch_size\": " + std::to_string(batch_size));
  tiny.write_config(recipe);
  return {"--weights", (tiny.out() / "checkpoints/last/model.safetensors").string(),
          "--model",   tiny.config().string(),
          "--data",    tiny.data().string()};
}

// All that an evaluation says: both lines, and both files.
struct Said {
  int exit_code = 0;
  std::string out;
  std::string predictions;
  std::string json;
  bool operator==(const Said&) const = default;
};

Said evaluate(const TinyRecipe& tiny, std::vector<std::string> arguments, int num_ranks) {
  const auto predictions = tiny.directory() / "predictions.csv";
  const auto json = tiny.directory() / "result.json";
  fs::remove(predictions);
  fs::remove(json);
  arguments.insert(arguments.end(),
                   {"--devices", devices_of(num_ranks), "--predictions", predictions.string(), "--out", json.string()});
  const auto result = run_program("eval", arguments);
  INFO(result.err);
  CHECK(result.exit_code == 0);
  return {result.exit_code, result.out, content_of(predictions), content_of(json)};
}

// Enough validation pictures to be interrupted: links to one of them.
void make_many_pictures(const TinyRecipe& tiny, int count) {
  for (int i = 0; i < count; ++i) {
    fs::create_hard_link(tiny.data() / "val/red/0.JPEG", tiny.data() / ("val/red/more" + std::to_string(i) + ".JPEG"));
  }
}

std::unique_ptr<RunningProgram> start_eval(const TinyRecipe& tiny, const std::vector<std::string>& more) {
  std::vector<std::string> arguments = {"--checkpoint", tiny.out().string(), "--data", tiny.data().string()};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return std::make_unique<RunningProgram>("eval", arguments);
}

void wait_for(RunningProgram& program, const std::string& text) {
  while (program.err().find(text) == std::string::npos && !program.has_ended()) usleep(2'000);
}

}  // namespace

TEST_CASE("counts and files of an evaluation do not depend on the number of ranks", "[cli][ranks]") {
  const TinyRecipe tiny;
  train_a_little(tiny);
  std::string counts;
  for (const int batch_size : {4, 1, 64}) {
    CAPTURE(batch_size);
    const auto arguments = in_batches_of(tiny, batch_size);
    const Said one = evaluate(tiny, arguments, 1);
    CHECK_THAT(one.out, ContainsSubstring("of 15 wrong"));
    CHECK_THAT(one.predictions, ContainsSubstring("val/red/4.JPEG,red,"));
    if (counts.empty()) counts = one.out;
    CHECK(one.out == counts);
    CHECK((evaluate(tiny, arguments, 2) == one));
    CHECK((evaluate(tiny, arguments, 3) == one));
  }
}

TEST_CASE("an evaluation may have fewer pictures than ranks", "[cli][ranks]") {
  const TinyRecipe tiny;
  train_a_little(tiny);
  for (const char* name : {"blue", "green", "red"}) {
    for (int i = 1; i < 5; ++i) fs::remove(tiny.data() / "val" / name / (std::to_string(i) + ".JPEG"));
  }
  const auto arguments = in_batches_of(tiny, 1);
  const Said one = evaluate(tiny, arguments, 1);
  CHECK(count(one.predictions, "\n") == 4);
  CHECK((evaluate(tiny, arguments, 4) == one));
}

TEST_CASE("bad pictures that are left out are summed over the ranks", "[cli][ranks]") {
  const TinyRecipe tiny;
  train_a_little(tiny);
  truncate_file(tiny.data() / "val/blue/0.JPEG", 300);
  truncate_file(tiny.data() / "val/green/3.JPEG", 300);
  auto arguments = in_batches_of(tiny, 4);
  arguments.push_back("--skip-bad");
  const Said one = evaluate(tiny, arguments, 1);
  CHECK_THAT(one.out, ContainsSubstring("of 13 wrong") && ContainsSubstring("2 of 15 pictures are missing"));
  CHECK((evaluate(tiny, arguments, 2) == one));
}

TEST_CASE("a bad picture ends the evaluation of all ranks with 65 and one line that names it", "[cli][ranks]") {
  const TinyRecipe tiny;
  train_a_little(tiny);
  // In the batches of both ranks; the picture that a process alone comes to first is named.
  const auto [first, second, teller] = GENERATE(table<std::string, std::string, std::string>(
      {{"blue/1", "green/0", ""}, {"green/0", "red/3", "rank 1: "}, {"red/3", "red/4", "rank 1: "}}));
  truncate_file(tiny.data() / "val" / (second + ".JPEG"), 300);
  truncate_file(tiny.data() / "val" / (first + ".JPEG"), 300);
  const auto predictions = tiny.directory() / "predictions.csv";
  const auto result = tiny.eval({"--predictions", predictions.string()}, "run", "cpu,cpu");
  INFO(result.err);
  CHECK(result.exit_code == 65);
  CHECK(count(result.err, "error: ") == 1);
  CHECK_THAT(result.err, ContainsSubstring("eval: error: " + teller) &&
                             ContainsSubstring(first + ".JPEG: the picture cannot be used"));
  CHECK(result.out.empty());
  CHECK_FALSE(fs::exists(predictions));
}

TEST_CASE("what any launcher starts evaluates together, and fails together", "[cli][ranks]") {
  const TinyRecipe tiny;
  train_a_little(tiny);
  const int port = next_port();
  const auto variables = [&](const std::string& launcher, const std::string& rank) -> Variables {
    if (launcher == "torchrun's") return torchrun_variables(std::stoi(rank), 2, port);
    const std::pair<std::string, std::string> meeting{"MASTER_PORT", std::to_string(port)};
    if (launcher == "Slurm's") {
      return {{"SLURM_PROCID", rank}, {"SLURM_STEP_NUM_TASKS", "2"}, {"SLURM_LOCALID", rank}, meeting};
    }
    return {{"OMPI_COMM_WORLD_RANK", rank},
            {"OMPI_COMM_WORLD_SIZE", "2"},
            {"OMPI_COMM_WORLD_LOCAL_RANK", rank},
            {"OMPI_COMM_WORLD_LOCAL_SIZE", "2"},
            meeting};
  };
  const auto run = [&](const std::string& launcher) {
    std::vector<std::unique_ptr<RunningProgram>> ranks;
    for (const char* rank : {"0", "1"}) {
      const Environment environment(variables(launcher, rank));
      ranks.push_back(start_eval(tiny, {"--devices", "cpu"}));
    }
    return std::vector{ranks[0]->wait(), ranks[1]->wait()};
  };
  const std::string launcher = GENERATE(as<std::string>(), "torchrun's", "Slurm's", "Open MPI's");
  const auto good = run(launcher);
  INFO(good[0].err << good[1].err);
  REQUIRE(good[0].exit_code == 0);
  CHECK(good[1].exit_code == 0);
  CHECK(good[0].out == tiny.eval().out);
  CHECK(good[1].out.empty());
  CHECK(good[1].err.empty());
  CHECK_THAT(good[0].err,
             ContainsSubstring("ranks      rank 0 of 2 (1 of 2 on this host), met at 127.0.0.1:" +
                               std::to_string(port) + " (found by " + launcher + " variables), Gloo over"));
  truncate_file(tiny.data() / "val/green/0.JPEG", 300);
  const auto bad = run(launcher);
  CHECK(bad[0].exit_code == 65);
  CHECK(bad[1].exit_code == 65);
  CHECK(count(bad[0].err + bad[1].err, "error: ") == 1);
}

TEST_CASE("a mistake that every rank finds is told once", "[cli][ranks]") {
  const TinyRecipe tiny;
  train_a_little(tiny);
  struct Case {
    std::vector<std::string> more;
    std::string run, devices;
    int exit_code;
    std::string message;
  };
  const auto wrong =
      GENERATE(Case{{}, "nowhere", "cpu,cpu", 66, "no such directory"}, Case{{}, "run", "cpu,gpu", 64, "--devices gpu"},
               Case{{"--out", "/proc/nowhere/a.json"}, "run", "cpu,cpu,cpu", 73, "nowhere"});
  const auto result = tiny.eval(wrong.more, wrong.run, wrong.devices);
  INFO(result.err);
  CHECK(result.exit_code == wrong.exit_code);
  CHECK(count(result.err, "error: ") == 1);
  CHECK_THAT(result.err, ContainsSubstring(wrong.message));
  CHECK(result.out.empty());
}

TEST_CASE("a rank of an evaluation that is killed ends it with 76, by name and in time", "[cli][ranks]") {
  const TinyRecipe tiny;
  train_a_little(tiny);
  make_many_pictures(tiny, 10'000);
  const std::size_t victim = GENERATE(0, 1);
  const auto program = start_eval(tiny, {"--devices", "cpu,cpu"});
  wait_for(*program, "evaluated");
  const auto pids = ranks_of(program->pid());
  REQUIRE(pids.size() == 2);
  kill(pids[victim], SIGKILL);
  const auto result = program->wait();
  INFO(result.err);
  CHECK(result.exit_code == 76);
  CHECK_THAT(result.err, ContainsSubstring("rank " + std::to_string(victim) + " was ended by signal 9"));
  CHECK_THAT(result.err, ContainsSubstring("eval: error: rank " + std::to_string(victim) + " ended without a word"));
  CHECK(result.out.empty());
  CHECK(is_gone(pids[0]));
  CHECK(is_gone(pids[1]));
}

TEST_CASE("an evaluation by several ranks stops at a signal with 75, and writes nothing", "[cli][ranks]") {
  const TinyRecipe tiny;
  train_a_little(tiny);
  make_many_pictures(tiny, 10'000);
  const auto predictions = tiny.directory() / "predictions.csv";
  const auto program = start_eval(tiny, {"--devices", "cpu,cpu", "--predictions", predictions.string()});
  wait_for(*program, "evaluated");
  program->send(SIGTERM);
  const auto result = program->wait();
  INFO(result.err);
  CHECK(result.exit_code == 75);
  CHECK(count(result.err, "error: ") == 0);
  CHECK(result.out.empty());
  CHECK_FALSE(fs::exists(predictions));
}
