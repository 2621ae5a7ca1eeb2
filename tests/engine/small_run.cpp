#include "small_run.h"

#include <nlohmann/json.hpp>
#include <torch/utils.h>

#include "topfive/engine/device.h"

namespace topfive::tests {
namespace {

constexpr const char* kRecipe = R"({
  "model": { "type": "lenet5", "variant": "modern", "num_classes": 4, "input_channels": 1 },
  "data": { "type": "synthetic", "channels": 1, "mean": [0.5], "std": [0.25], "num_loader_threads": 2,
            "synthetic": { "train_size": 64, "eval_size": 30, "classes": 4, "height": 28, "width": 28 } },
  "augment": { "train": [ { "op": "pad_and_random_crop", "padding": 2, "size": 28 } ], "eval": [] },
  "optimizer": { "type": "sgd", "momentum": 0.9, "weight_decay": 0 },
  "schedule": { "type": "constant", "base_learning_rate": 0.02 },
  "train": { "num_epochs": 3, "global_batch_size": 8, "eval_batch_size": 7, "seed": 5 },
  "log": { "every_steps": 3 }
})";

}  // namespace

engine::RunConfig small_config(const std::string& changes) {
  auto json = nlohmann::ordered_json::parse(kRecipe);
  json.merge_patch(nlohmann::ordered_json::parse(changes));
  return engine::parse_run_config(json.dump(), "small.json");
}

SmallRun::SmallRun(const engine::RunConfig& config, const std::filesystem::path& directory)
    : train_(config, "", data::Split::kTrain), eval_(config, "", data::Split::kEval) {
  engine::set_up_compute(1);
  torch::manual_seed(config.train.seed);
  model_ = engine::make_model(config, torch::kCPU);
  std::filesystem::create_directories(directory);
  engine::TrainerParts parts;
  parts.model = model_;
  parts.train_input = &train_;
  parts.eval_input = &eval_;
  parts.run_directory = directory;
  trainer_ = std::make_unique<engine::Trainer>(config, std::move(parts));
}

torch::Tensor SmallRun::weights() const {
  std::vector<torch::Tensor> flat;
  for (const auto& parameter : model_->parameters()) flat.push_back(parameter.detach().reshape({-1}));
  return torch::cat(flat);
}

}  // namespace topfive::tests
