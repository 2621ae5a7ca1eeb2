// What `train --dry-run` finds out: what a run will take, from a few real steps, and whether it fits this machine.
#pragma once

#include <filesystem>
#include <memory>

#include <torch/types.h>

#include "topfive/dist/world.h"
#include "topfive/engine/assembly.h"
#include "topfive/engine/run_config.h"
#include "topfive/engine/run_needs.h"
#include "topfive/models/image_classifier.h"

namespace topfive::engine {

// What a run is put together from; borrowed. The network's weights are changed.
struct DryRunParts {
  const RunConfig& config;
  torch::Device device;
  models::ImageClassifier& model;
  const SplitInput& train_input;
  const SplitInput& eval_input;
  dist::World world = {};  // of the run; this process measures as one of its ranks, and meets none of the others
};

// Loads pictures for a few seconds and takes a few steps, apart from each other. On a CPU the steps take few pictures
// where the whole batch would take minutes or more memory than there is, and the figures are scaled up. Writes nothing.
// UserError(kConfig) where a device's memory is exhausted, and what loading pictures throws.
RunNeeds measure_needs(const DryRunParts& parts);

// What this machine offers to a run that writes into run_directory.
RunRoom find_room(const torch::Device& device, const std::filesystem::path& run_directory);

// Measures, logs what was found, and throws UserError(kConfig) "does not fit: ..." where something does not.
void report_dry_run(const DryRunParts& parts, const std::filesystem::path& run_directory);

}  // namespace topfive::engine
