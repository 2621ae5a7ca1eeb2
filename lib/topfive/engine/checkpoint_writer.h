// Saves checkpoints on a thread of its own, so that training waits for the disk only where the disk is slower than the
// time between two checkpoints.
//
// At most one save is in flight. The owner hands over a job that reads memory nobody else changes (a copy of the
// weights), and calls wait() before it changes that memory again. All functions are called by one thread, the owner's.
// Knows nothing of tensors.
#pragma once

#include <cstdint>
#include <exception>
#include <future>

#include "topfive/engine/checkpoint_store.h"

namespace topfive::engine {

// What a failed save means: the run ends with its error, or goes on with a warning and saves again when the next one
// is due. The checkpoints before it are intact in both cases.
enum class OnSaveError { kStop, kWarn };

struct SaveJob {
  std::int64_t step = 0;
  CheckpointStore::Fill fill;  // runs on the writer's thread
  CommitOptions options;
};

class CheckpointWriter {
 public:
  // The store is borrowed; nobody else uses it while a save is in flight.
  CheckpointWriter(CheckpointStore& store, OnSaveError on_error) : store_(store), on_error_(on_error) {}
  // Waits for the save in flight. Its error, which nobody can receive any more, becomes a warning.
  ~CheckpointWriter();
  CheckpointWriter(const CheckpointWriter&) = delete;
  CheckpointWriter& operator=(const CheckpointWriter&) = delete;

  // Waits until nothing is in flight, then starts the job. With kStop, throws the error of the save before (UserError
  // as CheckpointStore::commit).
  void submit(SaveJob job);
  // Waits until nothing is in flight; the same errors.
  void wait();
  // The same errors, without waiting: a run that is to stop on an error need not train until the next save.
  void check();
  // For the end of a run: waits, and throws if the last save failed, whatever the policy: nothing is left that could
  // make up for it.
  void finish();

 private:
  void save(const SaveJob& job) noexcept;
  void collect();  // of a save that has ended

  CheckpointStore& store_;
  OnSaveError on_error_;
  std::future<void> running_;
  // Written by the save, read after it has ended.
  std::exception_ptr error_;
};

}  // namespace topfive::engine
