// A whole checkpoint: weights, optimizer state and train state, in one directory.
#pragma once

#include <filesystem>
#include <string>

#include <torch/types.h>

#include "topfive/engine/train_state.h"
#include "topfive/models/image_classifier.h"
#include "topfive/optim/optimizer.h"
#include "topfive/weights/safetensors_header.h"

namespace topfive::engine {

// Writes model.safetensors, optimizer.safetensors and state.json into an existing directory, syncing each. `metadata`
// goes into the first: see weight_metadata().
void write_checkpoint_files(const std::filesystem::path& directory, const models::ImageClassifier& model,
                            const optim::Optimizer& optimizer, const StateFile& state,
                            const weights::Metadata& metadata);

// Reads state.json of a checkpoint that was verified.
StateFile read_state_file(const std::filesystem::path& checkpoint);

// Loads parameters and buffers; the names and shapes must match exactly. UserError(kBadData) otherwise.
void load_model(const std::filesystem::path& checkpoint, models::ImageClassifier& model);
void load_optimizer(const std::filesystem::path& checkpoint, optim::Optimizer& optimizer);

// The state of LibTorch's generator of a device (initialisation, dropout) as hexadecimal text, and back.
// UserError(kBadData) where the text is not a state of this LibTorch version's generator.
std::string random_state(const torch::Device& device);
void set_random_state(const torch::Device& device, const std::string& hexadecimal);

}  // namespace topfive::engine
