// A process group that tells when each of its sums starts and when it is done, and changes nothing about them.
#pragma once

#include <cstdint>
#include <memory>

#include "topfive/dist/process_group.h"

namespace topfive::dist {

// Is told of every all-reduce of a watched group.
class ReductionWatcher {
 public:
  ReductionWatcher() = default;
  virtual ~ReductionWatcher() = default;
  ReductionWatcher(const ReductionWatcher&) = delete;
  ReductionWatcher& operator=(const ReductionWatcher&) = delete;

  // Right before it starts, on the thread that starts it. Returns what ended() is given.
  virtual std::int64_t started(std::int64_t bytes) = 0;
  // When it is done or has failed: on a thread of Gloo's, perhaps a moment after those that wait for it have gone on.
  // With NCCL, while it is being queued, with its end next in the current stream. Must not throw.
  virtual void ended(std::int64_t reduction) = 0;
};

// The same ranks through the same backends as those of `group`. Ranks that watch and ranks that do not take part in one
// sum alike. The watcher is kept until the last of the group's sums is done.
ProcessGroupPtr watch_reductions(const ProcessGroupPtr& group, std::shared_ptr<ReductionWatcher> watcher);

}  // namespace topfive::dist
