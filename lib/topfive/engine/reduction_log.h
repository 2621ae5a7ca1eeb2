// When each all-reduce of a traced run started and when it was done.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include "topfive/dist/watched_group.h"
#include "topfive/engine/device_time.h"

namespace topfive::engine {

// Any thread may call any function.
class ReductionLog : public dist::ReductionWatcher {
 public:
  struct Entry {
    std::int64_t bucket = 0;  // counted from 0 in each step
    std::int64_t bytes = 0;
    Moment begin;
    Moment end;
    bool ended = false;
  };

  explicit ReductionLog(std::shared_ptr<const DeviceTime> time) : time_(std::move(time)) {}

  // Until set, nothing is recorded.
  void set_recording(bool on);
  // Buckets are counted anew.
  void begin_step();
  std::int64_t started(std::int64_t bytes) override;
  void ended(std::int64_t reduction) override;

  // Those that are done. Gloo tells the end of the last ones on its own thread a moment after the backward pass has
  // seen it: they are waited for, but not longer than `patience`.
  std::vector<Entry> take(std::chrono::milliseconds patience);

 private:
  std::shared_ptr<const DeviceTime> time_;
  std::mutex mutex_;
  std::condition_variable one_ended_;
  std::vector<Entry> entries_;
  std::size_t under_way_ = 0;
  std::int64_t next_bucket_ = 0;
  bool recording_ = false;
};

}  // namespace topfive::engine
