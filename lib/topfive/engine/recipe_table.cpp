#include "topfive/engine/recipe_table.h"

#include <algorithm>
#include <cstdio>
#include <utility>
#include <vector>

#include "topfive/augment/pipeline.h"
#include "topfive/base/text.h"
#include "topfive/engine/run_config.h"
#include "topfive/models/registry.h"

namespace topfive::engine {
namespace {

namespace fs = std::filesystem;

struct Recipe {
  std::string file;
  RunConfig config;
  std::string network;  // under which the recipe is listed
};

// Networks of one type in the order of their size.
std::string network_name(const models::ModelConfig& model) {
  const std::string type = models::model_alternatives().name_of(model);
  if (const auto* resnet = std::get_if<models::ResNetConfig>(&model)) {
    const bool cifar = resnet->family == models::ResNetFamily::kCifar;
    return type + "-" + std::to_string(resnet->depth) + (cifar ? " for CIFAR" : "");
  }
  return type;
}

// Numbers are padded with zeros, so that resnet18 sorts before resnet101 and 90 epochs before 150.
std::string sort_key(const std::string& text) {
  constexpr std::size_t kDigits = 8;
  std::string key;
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t end = std::min(text.find_first_not_of("0123456789", i), text.size());
    if (end == i) {
      key += text[i++];
      continue;
    }
    key += std::string(kDigits - std::min(kDigits, end - i), '0') + text.substr(i, end - i);
    i = end;
  }
  return key;
}

std::vector<Recipe> read_recipes(const fs::path& directory) {
  std::vector<Recipe> recipes;
  for (const auto& entry : fs::directory_iterator(directory)) {
    if (entry.path().extension() != ".json") continue;
    const RunConfig config = load_run_config(entry.path(), {});
    recipes.push_back({entry.path().filename().string(), config, network_name(config.model)});
  }
  std::sort(recipes.begin(), recipes.end(), [](const Recipe& a, const Recipe& b) {
    return std::pair(sort_key(a.network), sort_key(a.file)) < std::pair(sort_key(b.network), sort_key(b.file));
  });
  return recipes;
}

std::string percent(double fraction) { return fraction > 0.0 ? base::decimals(100.0 * fraction, 2) : ""; }

// "adamw, 0.001 cosine"
std::string update_text(const RunConfig& config) {
  return optim::optimizer_alternatives().name_of(config.optimizer) + ", " +
         base::short_number(optim::peak_learning_rate(config.schedule, config.train.global_batch_size), 4) + " " +
         optim::schedule_alternatives().name_of(config.schedule);
}

// What training adds to cutting and mirroring.
std::string augment_text(const RunConfig& config) {
  static const std::vector<std::string> kPlain = {"resize_shorter_side", "resize", "center_crop", "random_crop",
                                                  "horizontal_flip"};
  std::vector<std::string> names;
  for (const auto& step : config.augment.train) {
    const std::string name = augment::transform_alternatives().name_of(step);
    if (std::find(kPlain.begin(), kPlain.end(), name) == kPlain.end()) names.push_back(name);
  }
  if (config.augment.progressive.start_size > 0) names.emplace_back("progressive");
  if (config.loss.mix_probability > 0.0 && config.loss.mixup_alpha > 0.0) names.emplace_back("mixup");
  if (config.loss.mix_probability > 0.0 && config.loss.cutmix_alpha > 0.0) names.emplace_back("cutmix");
  return base::join(names);
}

std::string length_text(const RunConfig& config) { return base::short_number(config.train.num_epochs, 4); }

const std::vector<std::string> kHeadings = {"recipe",       "epochs", "batch", "optimizer, rate",
                                            "augmentation", "top-1",  "top-5", "from"};

std::vector<std::string> cells(const Recipe& recipe) {
  const RunConfig& config = recipe.config;
  return {recipe.file,
          length_text(config),
          base::with_thousands(config.train.global_batch_size),
          update_text(config),
          augment_text(config),
          percent(config.expected.top1_error),
          percent(config.expected.top5_error),
          config.expected.source};
}

std::string markdown_row(const std::vector<std::string>& row) {
  std::string text = "|";
  for (const std::string& cell : row) text += " " + cell + (cell.empty() ? "|" : " |");
  return text + "\n";
}

std::string markdown_page(const std::vector<Recipe>& recipes) {
  std::string text =
      "# Recipes\n\n"
      "One JSON file is one recipe; `train --config NAME` finds it by its name. Errors are in percent on the "
      "validation\n"
      "set and are what the recipe should reach, according to the source named; `train --smoke --config NAME` tries "
      "any of\n"
      "them in seconds, without data. `inspect recipes` prints this table, which is made from the files themselves by\n"
      "`scripts/update_recipe_table.sh`.\n";
  std::string network;
  for (const Recipe& recipe : recipes) {
    if (recipe.network != network) {
      text += "\n## " + recipe.network + "\n\n" + markdown_row(kHeadings) + markdown_row({kHeadings.size(), "---"});
      network = recipe.network;
    }
    auto row = cells(recipe);
    row[0] = "[" + recipe.file + "](" + recipe.file + ")";
    text += markdown_row(row);
  }
  return text;
}

// The source is left to the files: a line stays a line.
std::string plain_table(const std::vector<Recipe>& recipes) {
  char line[256];
  std::string text;
  const auto add = [&](const std::vector<std::string>& row) {
    std::snprintf(line, sizeof line, "%-34s %7s %7s  %-24s %6s %6s\n", row[0].c_str(), row[1].c_str(), row[2].c_str(),
                  row[3].c_str(), row[5].c_str(), row[6].c_str());
    text += line;
  };
  add(kHeadings);
  for (const Recipe& recipe : recipes) add(cells(recipe));
  return text + "\nErrors in percent; the files say where they come from, and configs/README.md shows all.\n";
}

}  // namespace

std::string recipe_table(const RecipeTableRequest& request) {
  const auto recipes = read_recipes(request.directory.empty() ? configs_directory() : request.directory);
  return request.markdown ? markdown_page(recipes) : plain_table(recipes);
}

}  // namespace topfive::engine
