#include "topfive/engine/reduction_log.h"

#include <algorithm>
#include <exception>
#include <iterator>
#include <utility>

namespace topfive::engine {
namespace {

constexpr std::int64_t kNotRecorded = -1;

}  // namespace

void ReductionLog::set_recording(bool on) {
  const std::lock_guard lock(mutex_);
  recording_ = on;
}

void ReductionLog::begin_step() {
  const std::lock_guard lock(mutex_);
  next_bucket_ = 0;
}

std::int64_t ReductionLog::started(std::int64_t bytes) {
  const std::lock_guard lock(mutex_);
  if (!recording_) return kNotRecorded;
  entries_.push_back({next_bucket_++, bytes, time_->now(), {}, false});
  ++under_way_;
  return static_cast<std::int64_t>(entries_.size()) - 1;
}

void ReductionLog::ended(std::int64_t reduction) {
  if (reduction == kNotRecorded) return;
  Moment now;
  bool known = true;
  try {
    now = time_->now();
  } catch (const std::exception&) {  // the device has failed, which others say
    known = false;
  }
  const std::lock_guard lock(mutex_);
  auto& entry = entries_[static_cast<std::size_t>(reduction)];
  entry.end = std::move(now);
  entry.ended = known;
  --under_way_;
  one_ended_.notify_all();
}

std::vector<ReductionLog::Entry> ReductionLog::take(std::chrono::milliseconds patience) {
  std::unique_lock lock(mutex_);
  one_ended_.wait_for(lock, patience, [this] { return under_way_ == 0; });
  std::vector<Entry> done;
  std::copy_if(entries_.begin(), entries_.end(), std::back_inserter(done), [](const auto& e) { return e.ended; });
  return done;
}

}  // namespace topfive::engine
