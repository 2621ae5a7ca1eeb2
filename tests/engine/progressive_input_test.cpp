#include "topfive/base/error.h"
#include "topfive/engine/run_log.h"

#include "small_run.h"
#include "support/catch.h"

using topfive::data::Split;
using topfive::engine::SplitInput;
using topfive::tests::small_config;
using topfive::tests::SmallRun;

namespace {

// A network that takes pictures of any size; sizes 16, 16, 24, 28 in epochs 0 to 3.
constexpr const char* kGrowing = R"({
  "model": { "type": "resnet", "family": "cifar", "depth": 8, "num_classes": 4, "input_channels": 1, "variant": null },
  "augment": { "progressive": { "start_size": 16, "start_epoch": 1, "end_epoch": 3, "multiple_of": 8 } },
  "train": { "num_epochs": 4 }
})";

int size_in(const SplitInput& input, std::int64_t epoch) { return input.pipeline_for(epoch).output_size().width; }

}  // namespace

TEST_CASE("training pictures grow from epoch to epoch, validation pictures do not", "[engine]") {
  const auto config = small_config(kGrowing);
  const SplitInput train(config, "", Split::kTrain);
  CHECK((size_in(train, 0) == 16 && size_in(train, 1) == 16));
  CHECK(size_in(train, 2) == 24);  // 22, to a multiple of 8
  CHECK((size_in(train, 3) == 28 && size_in(train, 100) == 28));
  CHECK(&train.pipeline_for(3) == &train.pipeline());
  const SplitInput eval(config, "", Split::kEval);
  CHECK(&eval.pipeline_for(0) == &eval.pipeline());
}

TEST_CASE("a run trains on growing pictures to its end", "[engine]") {
  const topfive::tests::TemporaryDirectory scratch;
  SmallRun run(small_config(kGrowing), scratch.path());
  CHECK(run.trainer().run() == topfive::engine::TrainOutcome::kFinished);
  CHECK(topfive::engine::read_run_log(scratch.path() / "log.jsonl").eval.size() == 4);
}

TEST_CASE("a network of one size, and a list of smaller pictures, do not grow", "[engine]") {
  const auto lenet = small_config(R"({"augment": {"progressive": {"start_size": 16, "end_epoch": 3}}})");
  CHECK_THROWS_WITH(SplitInput(lenet, "", Split::kTrain), StartsWith("the network takes pictures of 28x28"));
  const auto larger = small_config(R"({"augment": {"progressive": {"start_size": 32, "end_epoch": 3}}})");
  CHECK_THROWS_WITH(SplitInput(larger, "", Split::kTrain),
                    StartsWith("augment.progressive asks for 32x32, but augment.train gives at most 28x28"));
}

TEST_CASE("repeated augmentation is for training only", "[engine]") {
  const auto config = small_config(R"({"data": {"repeated_augmentation": 3}})");
  const SplitInput train(config, "", Split::kTrain);
  const SplitInput eval(config, "", Split::kEval);
  CHECK(topfive::engine::loader_options(config, train, Split::kTrain).repeats == 3);
  CHECK(topfive::engine::loader_options(config, eval, Split::kEval).repeats == 1);
}
