#include "topfive/data/read_ahead.h"

#include <algorithm>

namespace topfive::data {
namespace {

// Of a usual ImageNet photo, until better is known.
constexpr std::int64_t kUsualBytes = 110'000;
// Tiny pictures would fill the window with more requests than help.
constexpr std::size_t kMaxTickets = 4096;

constexpr int kWarm = 8;
constexpr int kWarmest = 16;
constexpr int kSlowStep = 4;

// Never asked for, so that the time of reading it tells where the pictures are.
bool is_control(std::int64_t sample) { return sample % 64 == 63; }

// From memory, a file of 110 kB takes 10 to 30 microseconds; from a disk or the network, a multiple.
bool is_fast(std::int64_t bytes, std::chrono::nanoseconds took) {
  constexpr std::int64_t kNanoseconds = 20'000;
  return took.count() < kNanoseconds + bytes / 2;
}

}  // namespace

ReadAhead::ReadAhead(const SampleSource& source, std::int64_t window_bytes)
    : source_(source), window_bytes_(source.fixed_height_width() ? 0 : window_bytes) {}

void ReadAhead::begin(const EpochOrder& order) {
  const std::scoped_lock lock(mutex_);
  order_ = &order;
  ahead_.clear();
  bytes_ahead_ = 0;
  first_ = next_ = order.first_ticket();
}

std::int64_t ReadAhead::expected_bytes(std::int64_t sample) const {
  if (const std::int64_t known = source_.encoded_bytes(sample); known > 0) return known;
  const std::int64_t pictures = pictures_read_.load(std::memory_order_relaxed);
  return pictures == 0 ? kUsualBytes
                       : std::max<std::int64_t>(1, bytes_read_.load(std::memory_order_relaxed) / pictures);
}

void ReadAhead::advance(std::int64_t ticket) {
  if (window_bytes_ == 0) return;
  const std::unique_lock lock(mutex_, std::try_to_lock);
  if (!lock) return;
  for (; first_ <= ticket && !ahead_.empty(); ++first_) {
    bytes_ahead_ -= ahead_.front();
    ahead_.pop_front();
  }
  if (ahead_.empty()) first_ = next_ = std::max(next_, ticket + 1);
  for (; next_ < order_->end_ticket() && ahead_.size() < kMaxTickets; ++next_) {
    const std::int64_t sample = order_->sample(next_);
    const std::int64_t bytes = expected_bytes(sample);
    if (bytes_ahead_ + bytes > window_bytes_) break;
    if (!is_control(sample) && !is_warm()) source_.will_need(sample);
    ahead_.push_back(bytes);
    bytes_ahead_ += bytes;
  }
}

bool ReadAhead::is_warm() const { return warmth_.load(std::memory_order_relaxed) >= kWarm; }

// Threads may overwrite each other's step; the next reads make up for it.
void ReadAhead::add_read(std::int64_t sample, std::int64_t bytes, std::chrono::nanoseconds took) {
  bytes_read_.fetch_add(bytes, std::memory_order_relaxed);
  pictures_read_.fetch_add(1, std::memory_order_relaxed);
  const int warmth = warmth_.load(std::memory_order_relaxed);
  const bool fast = is_fast(bytes, took);
  if (fast && !is_control(sample) && warmth < kWarm) return;  // it had been asked for
  warmth_.store(std::clamp(warmth + (fast ? 1 : -kSlowStep), 0, kWarmest), std::memory_order_relaxed);
}

}  // namespace topfive::data
