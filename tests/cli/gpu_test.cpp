// Training and evaluation on GPUs, as far as the machine has them. What a GPU computes differs from a CPU in the last
// bits, so losses are compared and not weights.
#include <cmath>
#include <filesystem>
#include <string>
#include <vector>

#include <signal.h>

#include "cli/log_figures.h"
#include "cli/tiny_recipe.h"
#include "support/catch.h"
#include "support/skip.h"

namespace fs = std::filesystem;
using namespace topfive::tests;

namespace {

int gpus() {
  int count = 0;
  while (fs::exists("/dev/nvidia" + std::to_string(count))) ++count;
  return count;
}

// Whether there are so many GPUs and programs that use them; says what is missing.
bool has_gpus(int needed) {
  if (run_program("train", {"--version"}).out.find("CUDA no") != std::string::npos) {
    report_skip("this build has no CUDA; scripts/check_cuda_build.sh makes one that has");
    return false;
  }
  if (gpus() < needed) {
    report_skip("needs " + std::to_string(needed) + " GPUs, this machine has " + std::to_string(gpus()));
    return false;
  }
  return true;
}

const std::vector<std::string> kSteps = {
    "--set", "train.global_batch_size=12", "--set", "train.num_epochs=100",
    "--set", "train.max_steps=50",         "--set", "train.allow_tf32=false",
    "--set", "log.every_steps=1",          "--set", "schedule.base_learning_rate=0.02"};

std::vector<double> losses(const TinyRecipe& tiny, const std::string& run, const std::string& devices,
                           std::vector<std::string> more = {}) {
  more.insert(more.begin(), kSteps.begin(), kSteps.end());
  const auto result = tiny.train(more, run, devices);
  INFO(result.err);
  REQUIRE(result.exit_code == 0);
  return figures(tiny.out(run), "train", "loss");
}

}  // namespace

TEST_CASE("a GPU gives the losses and errors of the CPU", "[cli][gpu]") {
  if (!has_gpus(1)) return;
  const TinyRecipe tiny;
  const auto expected = losses(tiny, "cpu", "cpu");
  REQUIRE(expected.size() == 50);
  CHECK(largest_difference(losses(tiny, "gpu", "0"), expected) < 1e-4);
  const auto on_cpu = tiny.eval({}, "gpu", "cpu");
  const auto on_gpu = tiny.eval({}, "gpu", "0");
  REQUIRE(on_gpu.exit_code == 0);
  CHECK(on_gpu.out == on_cpu.out);
}

TEST_CASE("half precision on a GPU learns as single precision does", "[cli][gpu]") {
  if (!has_gpus(1)) return;
  const TinyRecipe tiny;
  const std::string precision = GENERATE("bf16", "fp16");
  const auto single = losses(tiny, "single", "0");
  const auto half = losses(tiny, precision, "0", {"--set", "train.precision=" + precision});
  REQUIRE(half.size() == single.size());
  CHECK(std::abs(half.front() - single.front()) < 0.02);
  CHECK(half.back() < half.front());
}

TEST_CASE("two GPUs give the losses and errors of one", "[cli][gpu][ranks]") {
  if (!has_gpus(2)) return;
  const TinyRecipe tiny;
  const auto expected = losses(tiny, "one", "0");
  CHECK(largest_difference(losses(tiny, "two", "0,1"), expected) < 1e-5);
  for (const char* key : {"top1_error", "top5_error", "images"}) {
    CHECK(figures(tiny.out("two"), "eval", key) == figures(tiny.out("one"), "eval", key));
  }
  CHECK(tiny.eval({}, "one", "0,1").out == tiny.eval({}, "one", "0").out);
}

TEST_CASE("AlexNet in two columns on GPUs gives the losses of the grouped form on one", "[cli][gpu][ranks]") {
  if (!has_gpus(2)) return;
  const TinyRecipe tiny;
  tiny.write_config(TinyRecipe::two_columns_text());
  REQUIRE(tiny.train({}, "grouped", "0").exit_code == 0);
  const auto expected = figures(tiny.out("grouped"), "train", "loss");
  const std::vector<std::string> in_columns = {"--set", "model.placement=two_columns"};
  for (const std::string devices : {"0", "0,2"}) {  // the second: two ranks, a pair of GPUs each
    if (devices == "0,2" && gpus() < 4) continue;
    const auto result = tiny.train(in_columns, "columns-" + devices, devices);
    INFO(result.err);
    REQUIRE(result.exit_code == 0);
    CHECK(largest_difference(figures(tiny.out("columns-" + devices), "train", "loss"), expected) < 1e-4);
  }
}

TEST_CASE("GPUs stopped by a signal save and go on", "[cli][gpu][ranks]") {
  if (!has_gpus(2)) return;
  const TinyRecipe tiny;
  const std::vector<std::string> run = {"--set", "train.num_epochs=200", "--set", "checkpoint.every_steps=5"};
  RunningProgram program("train", tiny.train_arguments(run, "stopped", "0,1"));
  wait_for_checkpoint(program, tiny.out("stopped"));
  program.send(SIGTERM);
  CHECK(program.wait().exit_code == 75);
  auto resumed = run;
  resumed.insert(resumed.end(), {"--resume", "auto"});
  const auto result = tiny.train(resumed, "stopped", "0,1");
  INFO(result.err);
  CHECK(result.exit_code == 0);
}
