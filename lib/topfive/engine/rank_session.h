// This process's connection to the other ranks of its run, from the first meeting to the farewell.
#pragma once

#include <memory>
#include <string>

#include <torch/types.h>

#include "topfive/dist/heartbeat.h"
#include "topfive/dist/ranks.h"
#include "topfive/dist/world.h"
#include "topfive/engine/parallel_config.h"

namespace topfive::engine {

// One thread: the one that computes. Alone, nothing at all happens.
class RankSession {
 public:
  // Meets the others, and starts the heartbeat, which ends this process with exit code 76 and one line on standard
  // error when a rank is lost. UserError(kPeerFailed) where they do not meet in time.
  RankSession(const dist::World& world, const ParallelConfig& config, const torch::Device& device);

  const dist::World& world() const { return world_; }
  dist::Ranks& ranks() { return ranks_; }
  dist::Pulse* pulse() { return heartbeat_ ? &heartbeat_->pulse() : nullptr; }

  // This rank's work is done. Rank 0 returns when all others have done theirs.
  void leave();
  // Tells the others why this rank cannot go on. Where it cannot because another is gone, waits a moment: the
  // heartbeat may know the cause, and then ends the process with it.
  void leave_failed(const std::exception& error);

 private:
  dist::World world_;
  dist::Ranks ranks_;
  std::unique_ptr<dist::Heartbeat> heartbeat_;
};

}  // namespace topfive::engine
