// What a recipe may add to plain training: each goes on exactly after a resume, and each does something.
#include <fstream>

#include <nlohmann/json.hpp>
#include <torch/torch.h>

#include "topfive/engine/checkpoint.h"
#include "topfive/engine/eval_subject.h"
#include "topfive/weights/tensor_file.h"

#include "small_run.h"
#include "support/catch.h"

namespace fs = std::filesystem;
namespace engine = topfive::engine;
using topfive::tests::small_config;
using topfive::tests::SmallRun;
using topfive::tests::TemporaryDirectory;

namespace {

// A residual network with batch norm, small enough for a test.
constexpr const char* kResNet = R"({
  "model": { "type": "resnet", "family": "cifar", "depth": 8, "num_classes": 4, "input_channels": 1, "variant": null },
  "train": { "num_epochs": 2 } })";

std::string with_saves(const std::string& changes) {
  auto json = nlohmann::json::parse(R"({"train": {"num_epochs": 3}, "checkpoint": {"every_steps": 5, "keep": 100}})");
  json.update(nlohmann::json::parse(changes), /*merge_objects=*/true);  // Keeps null, which removes a key later.
  return json.dump();
}

// All tensors of a run's last checkpoint.
std::vector<torch::Tensor> last_tensors(const fs::path& run) {
  std::vector<torch::Tensor> all;
  for (const auto* file : {"model.safetensors", "optimizer.safetensors", "ema.safetensors"}) {
    const auto path = run / "checkpoints/last" / file;
    if (!fs::exists(path)) continue;
    for (const auto& [name, tensor] : topfive::weights::load_tensors(path).tensors) all.push_back(tensor);
  }
  return all;
}

bool equal(const std::vector<torch::Tensor>& a, const std::vector<torch::Tensor>& b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (!torch::equal(a[i], b[i])) return false;
  }
  return true;
}

}  // namespace

TEST_CASE("every addition to plain training changes it, and goes on exactly after a resume", "[engine][resume]") {
  const std::string changes = GENERATE(
      as<std::string>(), R"({"optimizer": {"type": "adamw", "momentum": null, "weight_decay": 0.01}})",
      R"({"optimizer": {"type": "lamb", "momentum": null}})",
      R"({"optimizer": {"type": "rmsprop", "momentum": 0.9}, "schedule": {"base_learning_rate": 0.001}})",
      R"({"schedule": {"type": "one_cycle"}})",
      R"({"schedule": {"type": "plateau", "patience": 0, "threshold": 0.9}, "checkpoint": {"every_steps": 9}})",
      R"({"train": {"ema": {"decay": 0.9}}})", R"({"train": {"clip": {"norm": 0.1}}})",
      R"({"train": {"clip": {"adaptive": 0.01}}})", R"({"train": {"precision": "bf16"}})",
      R"({"loss": {"type": "binary_cross_entropy"}})", R"({"optimizer": {"layer_decay": 0.5}})",
      R"({"data": {"repeated_augmentation": 2}})");
  INFO(changes);
  const TemporaryDirectory scratch;
  const auto config = small_config(with_saves(changes));
  SmallRun whole(config, scratch.path() / "whole");
  whole.trainer().run();
  SmallRun resumed(config, scratch.path() / "resumed");
  const int step = config.checkpoint.every_steps == 9 ? 9 : 5;
  resumed.trainer().resume_from(scratch.path() / "whole/checkpoints" / ("step-0000000" + std::to_string(step)));
  resumed.trainer().run();
  CHECK(equal(last_tensors(scratch.path() / "whole"), last_tensors(scratch.path() / "resumed")));

  SmallRun plain(small_config(with_saves("{}")), scratch.path() / "plain");
  plain.trainer().run();
  CHECK_FALSE(equal(last_tensors(scratch.path() / "whole"), last_tensors(scratch.path() / "plain")));
}

TEST_CASE("an average of the weights is evaluated beside them, saved, and preferred by eval", "[engine]") {
  const TemporaryDirectory scratch;
  SmallRun run(small_config(R"({"train": {"num_epochs": 2, "ema": {"decay": 0.95}}})"), scratch.path() / "run");
  run.trainer().run();
  std::ifstream log(scratch.path() / "run/log.jsonl");
  const std::string text{std::istreambuf_iterator<char>(log), {}};
  CHECK_THAT(text, ContainsSubstring("raw_top1_error"));

  engine::EvalRequest request;
  request.checkpoint = scratch.path() / "run";
  const auto subject = engine::load_eval_subject(request, torch::kCPU);
  CHECK_THAT(subject.origin, ContainsSubstring("average of the weights"));
  const auto average = topfive::weights::load_tensors(scratch.path() / "run/checkpoints/last/ema.safetensors").tensors;
  REQUIRE_FALSE(average.empty());
  CHECK(torch::equal(subject.model->named_parameters()[average.front().first], average.front().second));
  CHECK_FALSE(torch::equal(subject.model->named_parameters()[average.front().first],
                           run.model().named_parameters()[average.front().first]));
}

TEST_CASE("activation checkpointing changes the memory and no bit of the weights", "[engine]") {
  const TemporaryDirectory scratch;
  SmallRun plain(small_config(kResNet), scratch.path() / "plain");
  plain.trainer().run();
  SmallRun frugal(small_config(kResNet), scratch.path() / "frugal");
  frugal.model().set_activation_checkpointing(true);
  frugal.trainer().run();
  CHECK(torch::equal(frugal.weights(), plain.weights()));
}

TEST_CASE("precise batch norm replaces the moving averages at the end, and nothing else", "[engine]") {
  const TemporaryDirectory scratch;
  SmallRun plain(small_config(kResNet), scratch.path() / "plain");
  plain.trainer().run();
  auto config = small_config(kResNet);
  config.train.precise_batch_norm_batches = 4;
  SmallRun precise(config, scratch.path() / "precise");
  precise.trainer().run();
  CHECK(torch::equal(precise.weights(), plain.weights()));
  CHECK_FALSE(torch::equal(precise.model().named_buffers()["bn1.running_mean"],
                           plain.model().named_buffers()["bn1.running_mean"]));
  CHECK(torch::allclose(precise.model().named_buffers()["bn1.running_mean"],
                        plain.model().named_buffers()["bn1.running_mean"], 0.5, 0.1));
}
