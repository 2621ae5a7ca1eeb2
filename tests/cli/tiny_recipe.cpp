#include "cli/tiny_recipe.h"

#include <chrono>
#include <fstream>
#include <thread>

#include "topfive/base/sha256.h"

#include "support/picture_folder.h"

namespace topfive::tests {

TinyRecipe::TinyRecipe() {
  write_config(config_text());
  make_picture_folder(data());
}

std::string TinyRecipe::config_text() {
  return R"({
  "description": "for tests",
  "model": { "type": "lenet5", "variant": "modern", "num_classes": 3, "input_channels": 1 },
  "data": { "type": "image_folder", "channels": 1, "mean": [0.5], "std": [0.25], "num_loader_threads": 2 },
  "augment": {
    "train": [ { "op": "random_resized_crop", "size": 28 }, { "op": "horizontal_flip" } ],
    "eval": [ { "op": "resize_shorter_side", "size": 32 }, { "op": "center_crop", "size": 28 } ]
  },
  "optimizer": { "type": "sgd", "momentum": 0.9, "weight_decay": 0 },
  "schedule": { "type": "constant", "base_learning_rate": 0.05 },
  "train": { "num_epochs": 4, "global_batch_size": 6, "eval_batch_size": 4, "seed": 7, "num_compute_threads": 1 },
  "log": { "every_steps": 2 }
}
)";
}

std::string TinyRecipe::two_columns_text() {
  return R"({
    "description": "two columns, four devices where there are so many",
    "model": { "type": "alexnet", "variant": "2012", "num_classes": 4, "image_size": 67, "dropout": 0 },
    "data": { "type": "synthetic", "mean": [0.5, 0.5, 0.5], "std": [0.25, 0.25, 0.25], "num_loader_threads": 1,
              "synthetic": { "train_size": 24, "eval_size": 4, "classes": 4, "height": 67, "width": 67 } },
    "augment": { "train": [ { "op": "horizontal_flip" } ], "eval": [] },
    "optimizer": { "type": "sgd", "momentum": 0.9, "weight_decay": 0.0005 },
    "schedule": { "type": "constant", "base_learning_rate": 0.01 },
    "train": { "num_epochs": 1, "global_batch_size": 4, "seed": 7, "num_compute_threads": 1 },
    "log": { "every_steps": 1 }
  })";
}

void TinyRecipe::write_config(const std::string& text) const { std::ofstream(config()) << text; }

std::vector<std::string> TinyRecipe::train_arguments(const std::vector<std::string>& more, const std::string& run,
                                                     const std::string& devices) const {
  std::vector<std::string> arguments = {"--config", config().string(), "--data",    data().string(),
                                        "--out",    out(run).string(), "--devices", devices};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

ProgramResult TinyRecipe::train(const std::vector<std::string>& more, const std::string& run,
                                const std::string& devices) const {
  return run_program("train", train_arguments(more, run, devices));
}

ProgramResult TinyRecipe::eval(const std::vector<std::string>& more, const std::string& run,
                               const std::string& devices) const {
  std::vector<std::string> arguments = {"--checkpoint",  out(run).string(), "--data",
                                        data().string(), "--devices",       devices};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return run_program("eval", arguments);
}

void wait_for_checkpoint(RunningProgram& program, const std::filesystem::path& run) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (!std::filesystem::exists(run / "checkpoints/last") && !program.has_ended() &&
         std::chrono::steady_clock::now() < deadline) {
    std::this_thread::yield();
  }
}

std::string checkpoint_hash(const std::filesystem::path& run) {
  const auto last = run / "checkpoints/last";
  return base::sha256_of_file(last / "model.safetensors") + base::sha256_of_file(last / "optimizer.safetensors");
}

}  // namespace topfive::tests
