// What a run does when a gradient is not finite, and that its log tells it.
#include <cmath>
#include <memory>

#include <nlohmann/json.hpp>

#include "topfive/base/error.h"
#include "topfive/base/files.h"
#include "topfive/engine/health_facts.h"
#include "topfive/engine/run_log.h"

#include "small_run.h"
#include "support/catch.h"

using namespace topfive;
using topfive::engine::TrainOutcome;
using topfive::tests::small_config;
using topfive::tests::SmallRun;
using topfive::tests::TemporaryDirectory;

namespace {

// Makes the gradient of the last parameter NaN in the steps given, counted from 1.
void poison(SmallRun& run, const std::vector<int>& steps) {
  auto parameter = run.model().parameters().back();
  parameter.register_hook([steps, step = std::make_shared<int>(0)](const torch::Tensor& gradient) {
    const bool poisoned = std::find(steps.begin(), steps.end(), ++*step) != steps.end();
    return poisoned ? gradient * NAN : gradient;
  });
}

std::vector<std::string> health_names(const std::filesystem::path& run) {
  std::istringstream log(base::read_text_file(run / "log.jsonl", 1U << 20U));
  std::vector<std::string> names;
  for (std::string line; std::getline(log, line);) {
    const auto json = nlohmann::json::parse(line);
    if (json["event"] == "health") names.push_back(json["name"]);
  }
  return names;
}

}  // namespace

TEST_CASE("a step whose gradient is not finite is left out, and said in the log", "[engine][health]") {
  const TemporaryDirectory scratch;
  SmallRun run(small_config(R"({"health": {"on_non_finite": "skip"}})"), scratch.path());
  poison(run, {5, 6});
  CHECK(run.trainer().run() == TrainOutcome::kFinished);
  CHECK(run.trainer().state().skipped_steps == 2);
  CHECK(torch::isfinite(run.weights()).all().item<bool>());
  CHECK(health_names(scratch.path()) == std::vector<std::string>{"step-skipped", "step-skipped"});
  CHECK(engine::read_run_log(scratch.path() / "log.jsonl").train.back().skipped_steps == 2);
}

TEST_CASE("a step that was left out changes nothing", "[engine][health]") {
  const TemporaryDirectory scratch;
  const auto config = small_config(R"({"health": {"on_non_finite": "skip"}, "train": {"num_epochs": 1},
                                       "checkpoint": {"every_steps": 1, "keep": 100}})");
  SmallRun run(config, scratch.path());
  poison(run, {8});
  run.trainer().run();
  const auto path = scratch.path() / "checkpoints/step-00000007/model.safetensors";
  const auto last = scratch.path() / "checkpoints/step-00000008/model.safetensors";
  CHECK(base::read_text_file(path, 1U << 24U) == base::read_text_file(last, 1U << 24U));
}

TEST_CASE("more steps left out than the cap end the run", "[engine][health]") {
  const TemporaryDirectory scratch;
  SmallRun run(small_config(R"({"health": {"on_non_finite": "skip", "max_skipped_steps": 2}})"), scratch.path());
  poison(run, {2, 3, 4});
  CHECK_THROWS_WITH(run.trainer().run(), ContainsSubstring("at step 4, and 2 steps were left out before it"));
}

TEST_CASE("a run goes back to the last checkpoint's weights and on with the next pictures", "[engine][health]") {
  const TemporaryDirectory scratch;
  SmallRun run(small_config(R"({"health": {"on_non_finite": "rollback"}, "checkpoint": {"every_steps": 2}})"),
               scratch.path());
  poison(run, {5});
  CHECK(run.trainer().run() == TrainOutcome::kFinished);
  CHECK(run.trainer().state().rollbacks == 1);
  CHECK(run.trainer().state().step == 24);
  CHECK(torch::isfinite(run.weights()).all().item<bool>());
  CHECK(health_names(scratch.path()) == std::vector<std::string>{"rolled-back"});
}

TEST_CASE("rollbacks are capped, and impossible before the first checkpoint", "[engine][health]") {
  const TemporaryDirectory scratch;
  const auto config = small_config(R"({"health": {"on_non_finite": "rollback", "max_rollbacks": 1},
                                       "checkpoint": {"every_steps": 2}})");
  SmallRun capped(config, scratch.path() / "capped");
  poison(capped, {5, 9});
  CHECK_THROWS_WITH(capped.trainer().run(), ContainsSubstring("after 1 rollbacks"));
  SmallRun early(config, scratch.path() / "early");
  poison(early, {1});
  CHECK_THROWS_WITH(early.trainer().run(), ContainsSubstring("no checkpoint to go back to"));
}

TEST_CASE("weights that are not finite never reach a checkpoint", "[engine][health]") {
  const TemporaryDirectory scratch;
  SmallRun run(small_config(R"({"checkpoint": {"every_steps": 4}})"), scratch.path());
  poison(run, {4});  // the loss of step 4 is finite, only its gradient is not
  CHECK_THROWS_WITH(run.trainer().run(), ContainsSubstring("not finite any more at step 4"));
  CHECK_FALSE(std::filesystem::exists(scratch.path() / "checkpoints/last"));
}

TEST_CASE("a batch that was changed on the command line is held against the recipe's file", "[engine][health]") {
  const TemporaryDirectory scratch;
  const auto file = scratch.path() / "recipe.json";
  const auto recipe = small_config();
  base::write_file_atomically(file, engine::dump_run_config(recipe));
  CHECK_FALSE(engine::check_overrides(file, recipe).has_value());
  const auto larger = engine::load_run_config(file, {"train.global_batch_size=32"});
  CHECK(engine::check_overrides(file, larger)->name == "rate-and-batch");
  const auto both = engine::load_run_config(file, {"train.global_batch_size=32", "schedule.base_learning_rate=0.08"});
  CHECK_FALSE(engine::check_overrides(file, both).has_value());
  base::write_file_atomically(file, "{}");
  CHECK_FALSE(engine::check_overrides(file, larger).has_value());
}
