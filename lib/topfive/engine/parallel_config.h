// How the ranks of a run work together.
#pragma once

#include "topfive/base/config_fields.h"
#include "topfive/dist/averager_config.h"

namespace topfive::engine {

struct ParallelConfig {
  double timeout_seconds = 120;         // of the meeting and of the heartbeat
  double stall_timeout_seconds = 1800;  // of a rank that is there, and of every operation that waits for it
  bool sync_batch_norm = false;
  bool shard_optimizer = false;  // each rank keeps a part of the optimizer's state; changes no bit of the result
  dist::AveragerConfig gradients;
  static const base::Fields<ParallelConfig>& fields();
};

}  // namespace topfive::engine
