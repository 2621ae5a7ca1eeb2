// Saves a run: copies what changes, and lets a thread of its own write the copy.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>

#include "topfive/engine/checkpoint.h"
#include "topfive/engine/checkpoint_store.h"
#include "topfive/engine/checkpoint_writer.h"
#include "topfive/engine/train_config.h"
#include "topfive/engine/train_state.h"
#include "topfive/weights/safetensors_header.h"

namespace topfive::engine {

// What a checkpoint is made of. The tensors are borrowed for the call.
struct SaveRequest {
  CheckpointTensors tensors;
  StateFile state;
  weights::Metadata metadata;  // see weight_metadata()
  bool is_best = false;
  std::optional<double> top1_error = std::nullopt;  // of these weights, where they were evaluated
  // Brings to the disk what the checkpoint counts on, the run's logs; runs on the writing thread, before the checkpoint
  // gets its name.
  std::function<void()> sync_logs = nullptr;
};

// One thread, the training one. The directory belongs to this object while it lives.
class CheckpointSaver {
 public:
  CheckpointSaver(std::filesystem::path directory, const CheckpointConfig& config);

  // The run waits for the copy only, and for the save before if that one is still being written. Errors of that one
  // come out here; see CheckpointWriter.
  void save(SaveRequest request);
  // Throws the error of a save that has failed meanwhile. Cheap: for every step.
  void check() { writer_.check(); }
  // Waits for the last save, and throws its error: for the end of the run.
  void finish() { writer_.finish(); }
  // Waits for the save in flight; then as CheckpointStore::newest_valid().
  std::optional<std::filesystem::path> newest_valid();

 private:
  CheckpointConfig config_;
  CheckpointStore store_;
  TensorCopies copies_;
  StateFile state_;
  weights::Metadata metadata_;
  CheckpointWriter writer_;  // Last, so that it ends before what it reads.
};

}  // namespace topfive::engine
