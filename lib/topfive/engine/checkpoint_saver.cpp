#include "topfive/engine/checkpoint_saver.h"

#include <utility>

namespace topfive::engine {

CheckpointSaver::CheckpointSaver(std::filesystem::path directory, const CheckpointConfig& config)
    : config_(config), store_(std::move(directory)), writer_(store_, config.on_error) {}

void CheckpointSaver::save(SaveRequest request) {
  writer_.wait();  // It reads the memory that the copies go to.
  copy_tensors(request.tensors, copies_);
  state_ = std::move(request.state);
  metadata_ = std::move(request.metadata);
  const auto fill = [this, sync_logs = std::move(request.sync_logs)](CheckpointFiles& files) {
    if (sync_logs) sync_logs();
    add_checkpoint_files(files, copies_, state_, metadata_);
  };
  const CommitOptions options = {.is_best = request.is_best,
                                 .top1_error = request.top1_error,
                                 .keep = config_.keep,
                                 .keep_best = config_.keep_best};
  writer_.submit({state_.state.step, fill, options});
}

std::optional<std::filesystem::path> CheckpointSaver::newest_valid() {
  writer_.wait();
  return store_.newest_valid();
}

}  // namespace topfive::engine
