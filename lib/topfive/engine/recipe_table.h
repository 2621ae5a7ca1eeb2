// What `inspect recipes` does: the shipped recipes side by side, with what each should reach.
#pragma once

#include <filesystem>
#include <string>

namespace topfive::engine {

struct RecipeTableRequest {
  std::filesystem::path directory;  // of config files; empty: the shipped ones
  bool markdown = false;            // the page that lies beside them as README.md
};

// One line a recipe, sorted by network and name, numbers in them by value. UserError as for reading a config.
std::string recipe_table(const RecipeTableRequest& request);

}  // namespace topfive::engine
