#include "topfive/engine/checkpoint.h"

#include "topfive/base/error.h"

#include "small_run.h"
#include "support/catch.h"

using topfive::tests::small_config;
using topfive::tests::SmallRun;
using topfive::tests::TemporaryDirectory;

TEST_CASE("weights come back from a checkpoint bit for bit", "[engine]") {
  const TemporaryDirectory scratch;
  SmallRun run(small_config(), scratch.path() / "run");
  run.trainer().run();
  SmallRun fresh(small_config(R"({"train": {"seed": 99}})"), scratch.path() / "fresh");
  REQUIRE_FALSE(torch::equal(fresh.weights(), run.weights()));
  topfive::engine::load_model(scratch.path() / "run/checkpoints/last/model.safetensors", fresh.model());
  CHECK(torch::equal(fresh.weights(), run.weights()));
}

TEST_CASE("a checkpoint of another network is refused, naming file and tensor", "[engine]") {
  const TemporaryDirectory scratch;
  SmallRun run(small_config(R"({"train": {"num_epochs": 1}})"), scratch.path() / "run");
  run.trainer().run();
  const auto other = topfive::tests::small_config(
      R"({"model": {"variant": "modern", "num_classes": 5}, "data": {"synthetic": {"classes": 5}}})");
  SmallRun wider(other, scratch.path() / "wider");
  const auto before = wider.weights().clone();
  try {
    topfive::engine::load_model(scratch.path() / "run/checkpoints/last/model.safetensors", wider.model());
    FAIL("loaded a network of 4 classes into one of 5");
  } catch (const topfive::base::UserError& error) {
    CHECK(error.code() == topfive::base::ExitCode::kBadData);
    CHECK_THAT(error.what(), ContainsSubstring("model.safetensors"));
  }
  CHECK(torch::equal(wider.weights(), before));
}
