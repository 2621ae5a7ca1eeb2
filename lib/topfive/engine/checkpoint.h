// A whole checkpoint: weights, optimizer state and train state, in one directory.
#pragma once

#include <filesystem>
#include <string>

#include <torch/types.h>

#include "topfive/engine/checkpoint_manifest.h"
#include "topfive/engine/host_copy.h"
#include "topfive/engine/train_state.h"
#include "topfive/models/image_classifier.h"
#include "topfive/optim/ema.h"
#include "topfive/optim/grad_scaler.h"
#include "topfive/optim/optimizer.h"
#include "topfive/weights/safetensors_header.h"

namespace topfive::engine {

// Everything of a run that is tensors. Borrowed.
struct CheckpointTensors {
  models::ImageClassifier& model;
  optim::Optimizer& optimizer;
  optim::Ema* ema = nullptr;                 // null: no average is kept
  optim::GradScaler* grad_scaler = nullptr;  // null: not fp16
};

// The tensors of each of a checkpoint's files, copied, so that training can go on while they are written.
struct TensorCopies {
  HostCopy model;
  HostCopy optimizer;  // and the loss scale, as grad_scaler.*
  HostCopy average;    // empty: none is kept
};
// Returns when the values have arrived.
void copy_tensors(const CheckpointTensors& tensors, TensorCopies& copies);

// Adds model.safetensors, optimizer.safetensors, ema.safetensors where there is an average, and state.json. `metadata`
// goes into the weights' files: see weight_metadata().
void add_checkpoint_files(CheckpointFiles& files, const TensorCopies& copies, const StateFile& state,
                          const weights::Metadata& metadata);

// Brings all of it back. An average that the checkpoint lacks starts from the weights. UserError(kBadData) where names
// or shapes differ, or something else is missing.
void load_tensors(const std::filesystem::path& checkpoint, const CheckpointTensors& tensors);

// The file of a checkpoint that should be evaluated: of the average, if one was kept, else of the weights.
std::filesystem::path weights_to_evaluate(const std::filesystem::path& checkpoint);

// Reads state.json of a checkpoint that was verified.
StateFile read_state_file(const std::filesystem::path& checkpoint);

// Loads parameters and buffers from one of a checkpoint's files; the names and shapes must match exactly.
// UserError(kBadData) otherwise.
void load_model(const std::filesystem::path& file, models::ImageClassifier& model);

}  // namespace topfive::engine
