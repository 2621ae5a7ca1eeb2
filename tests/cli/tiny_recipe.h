// A recipe and a data set so small that the programs finish in a second or two.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "cli/program_runner.h"
#include "support/temporary_directory.h"

namespace topfive::tests {

// DIR/recipe.json and DIR/data; `out()` is not made yet.
class TinyRecipe {
 public:
  TinyRecipe();
  const std::filesystem::path& directory() const { return scratch_.path(); }
  std::filesystem::path config() const { return directory() / "recipe.json"; }
  std::filesystem::path data() const { return directory() / "data"; }
  std::filesystem::path out(const std::string& name = "run") const { return directory() / name; }

  // Arguments of a whole `train` call, with more appended.
  std::vector<std::string> train_arguments(const std::vector<std::string>& more = {}, const std::string& run = "run",
                                           const std::string& devices = "cpu") const;
  ProgramResult train(const std::vector<std::string>& more = {}, const std::string& run = "run",
                      const std::string& devices = "cpu") const;
  ProgramResult eval(const std::vector<std::string>& more = {}, const std::string& run = "run",
                     const std::string& devices = "cpu") const;
  // Replaces the recipe's text.
  void write_config(const std::string& text) const;
  static std::string config_text();
  // Another one: AlexNet of 2012 on made-up pictures, for model.placement.
  static std::string two_columns_text();

 private:
  TemporaryDirectory scratch_;
};

// Waits until a run has saved a checkpoint, or its program has ended.
void wait_for_checkpoint(RunningProgram& program, const std::filesystem::path& run);

// SHA-256 of the weights and of the optimizer's state in a run's last checkpoint.
std::string checkpoint_hash(const std::filesystem::path& run);

}  // namespace topfive::tests
