// Recipes tried out without data.
#include <algorithm>
#include <filesystem>
#include <set>

#include "cli/program_runner.h"
#include "support/catch.h"
#include "support/temporary_directory.h"

namespace fs = std::filesystem;
using topfive::tests::run_program;
using topfive::tests::TemporaryDirectory;

namespace {

std::set<fs::path> smoke_directories() {
  std::set<fs::path> found;
  for (const auto& entry : fs::directory_iterator(fs::temp_directory_path())) {
    if (entry.path().filename().string().starts_with("topfive-smoke-")) found.insert(entry.path());
  }
  return found;
}

}  // namespace

TEST_CASE("a recipe is tried out in seconds, without data and without leaving anything", "[cli][smoke]") {
  const auto before = smoke_directories();
  const auto result = run_program("train", {"--config", "resnet20_cifar.json", "--smoke", "--devices", "cpu"});
  INFO(result.err);
  CHECK(result.exit_code == 0);
  CHECK_THAT(result.err, ContainsSubstring("step 2/2"));
  CHECK_THAT(result.err, ContainsSubstring("trains, evaluates and saves; next: train --config resnet20_cifar.json"));
  CHECK(smoke_directories() == before);
}

TEST_CASE("recipes with much in them are tried out too", "[cli][smoke]") {
  const std::string recipe = GENERATE("lenet5.json", "resnet18_ffcv_16.json", "resnet18_rsb_a3.json");
  const auto result = run_program("train", {"--config", recipe, "--smoke", "--devices", "cpu"});
  INFO(result.err);
  CHECK(result.exit_code == 0);
}

TEST_CASE("a try-out leaves its run where --out asks for it", "[cli][smoke]") {
  const TemporaryDirectory scratch;
  const auto result = run_program("train", {"--config", "lenet5_fashion_mnist.json", "--smoke", "--devices", "cpu",
                                            "--out", (scratch.path() / "run").string()});
  CHECK(result.exit_code == 0);
  CHECK(fs::exists(scratch.path() / "run/checkpoints/last/model.safetensors"));
}

TEST_CASE("training needs data and a place, and a try-out takes no data", "[cli][smoke]") {
  const auto no_data = run_program("train", {"--config", "lenet5_fashion_mnist.json", "--out", "x"});
  CHECK(no_data.exit_code == 64);
  CHECK_THAT(no_data.err, ContainsSubstring("--data is required"));
  const auto no_out = run_program("train", {"--config", "lenet5_fashion_mnist.json", "--data", "x"});
  CHECK(no_out.exit_code == 64);
  CHECK_THAT(no_out.err, ContainsSubstring("--out is required"));
  CHECK(run_program("train", {"--config", "lenet5_fashion_mnist.json", "--smoke", "--data", "x"}).exit_code == 64);
}
