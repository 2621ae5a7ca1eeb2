#include <string>
#include <vector>

#include "cli/rank_helpers.h"
#include "cli/tiny_recipe.h"
#include "support/catch.h"

using namespace topfive::tests;

namespace {

// Twenty steps with checkpoints on the way, the first of which falls into an epoch.
std::vector<std::string> arguments(bool shared, const std::vector<std::string>& more = {}) {
  std::vector<std::string> all = {"--set", "train.num_epochs=100",     "--set", "train.max_steps=20",
                                  "--set", "checkpoint.every_steps=7", "--set", "checkpoint.keep=100"};
  if (shared) all.insert(all.end(), {"--set", "parallel.shard_optimizer=true"});
  all.insert(all.end(), more.begin(), more.end());
  return all;
}

// What it said.
std::string run(const TinyRecipe& tiny, int num_ranks, const std::string& name,
                const std::vector<std::string>& arguments) {
  const auto result = tiny.train(arguments, name, devices_of(num_ranks));
  INFO(result.err);
  REQUIRE(result.exit_code == 0);
  return result.err;
}

// The recipe with a network that has running statistics, an average of the weights, and another optimizer.
void write_recipe(const TinyRecipe& tiny, const std::string& optimizer) {
  std::string recipe = TinyRecipe::config_text();
  const auto replace = [&](const std::string& old, const std::string& text) {
    recipe.replace(recipe.find(old), old.size(), text);
  };
  replace(R"("type": "lenet5", "variant": "modern")", R"("type": "resnet", "family": "cifar", "depth": 8)");
  replace(R"("type": "sgd", "momentum": 0.9, "weight_decay": 0)", optimizer);
  replace(R"("global_batch_size")", R"("ema": { "decay": 0.9 }, "channels_last": true, "global_batch_size")");
  tiny.write_config(recipe);
}

}  // namespace

TEST_CASE("a run whose ranks share the optimizer's state writes the checkpoints of one that does not", "[cli][ranks]") {
  const TinyRecipe tiny;
  const auto [optimizer, num_ranks] =
      GENERATE(table<std::string, int>({{R"("type": "adamw")", 2}, {R"("type": "lamb")", 3}}));
  write_recipe(tiny, optimizer);
  const std::string line = "optimizer  state shared by " + std::to_string(num_ranks) + " ranks, this one keeps ";
  CHECK(count(run(tiny, num_ranks, "whole", arguments(false)), line) == 0);
  CHECK(count(run(tiny, num_ranks, "shared", arguments(true)), line) == 1);
  CHECK(checkpoint_hash(tiny.out("shared")) == checkpoint_hash(tiny.out("whole")));

  // From a step within an epoch, to both sides.
  const std::string from_shared = (tiny.out("shared") / "checkpoints/step-00000007").string();
  run(tiny, num_ranks, "shared", arguments(false, {"--resume", from_shared}));
  CHECK(checkpoint_hash(tiny.out("shared")) == checkpoint_hash(tiny.out("whole")));
  const std::string hash = checkpoint_hash(tiny.out("whole"));
  const std::string from_whole = (tiny.out("whole") / "checkpoints/step-00000007").string();
  run(tiny, num_ranks, "whole", arguments(true, {"--resume", from_whole}));
  CHECK(checkpoint_hash(tiny.out("whole")) == hash);
  // And by ranks in other numbers, one among them.
  for (const int others : {1, 5 - num_ranks}) {
    run(tiny, others, "shared", arguments(true, {"--resume", from_shared}));
  }
}

TEST_CASE("ranks that have a pair of devices each share the optimizer's state of both columns", "[cli][ranks]") {
  const TinyRecipe tiny;
  tiny.write_config(TinyRecipe::two_columns_text());
  const std::vector<std::string> in_columns = {"--set", "model.placement=two_columns"};
  run(tiny, 2, "whole", in_columns);
  auto shared = in_columns;
  shared.insert(shared.end(), {"--set", "parallel.shard_optimizer=true"});
  run(tiny, 2, "shared", shared);
  CHECK(checkpoint_hash(tiny.out("shared")) == checkpoint_hash(tiny.out("whole")));
}
