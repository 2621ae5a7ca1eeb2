// Weight files into the networks of this tool, with a word to the user about what was found and done.
#pragma once

#include <filesystem>
#include <string>

#include "topfive/engine/run_config.h"
#include "topfive/weights/load_weights.h"

namespace topfive::engine {

// Fills the network from the file and logs format, remarks and, where something differs, the table. A network in two
// columns takes the weights of the one-device form. UserError as weights::load_weights.
void load_weight_file(const RunConfig& config, models::ImageClassifier& model, const weights::WeightSource& source,
                      weights::LoadPolicy policy, const std::string& file);

// The network that a user names: a preset's name, or a config file. Everything else in the recipe is the file's, or at
// its default. UserError(kUsage) for an unknown name.
RunConfig config_of_model(const std::string& name);

}  // namespace topfive::engine
