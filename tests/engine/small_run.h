// A whole training run on made-up pictures, small enough for a unit test: LeNet-5 on 28x28 grey pictures.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "topfive/engine/assembly.h"
#include "topfive/engine/run_config.h"
#include "topfive/engine/trainer.h"

#include "support/temporary_directory.h"

namespace topfive::tests {

// `changes`: JSON merged over the recipe by section, "train": {"seed": 2} for example.
engine::RunConfig small_config(const std::string& changes = "{}");

// Owns what a trainer borrows. The network is initialised from the config's seed.
class SmallRun {
 public:
  SmallRun(const engine::RunConfig& config, const std::filesystem::path& directory);
  engine::Trainer& trainer() { return *trainer_; }
  models::ImageClassifier& model() { return *model_; }
  // All parameters in one vector.
  torch::Tensor weights() const;

 private:
  engine::SplitInput train_;
  engine::SplitInput eval_;
  std::shared_ptr<models::ImageClassifier> model_;
  std::unique_ptr<engine::Trainer> trainer_;
};

}  // namespace topfive::tests
