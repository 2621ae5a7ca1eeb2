// Tells the system which pictures come next, so that it fetches them while others are decoded.
//
// The order of an epoch is known, so the bytes can be asked for before a thread needs them: on a network file system
// that hides the time of flight, on a disk it keeps the queue full. Where everything is in memory already, asking costs
// (a file of its own has to be opened for it) and gains nothing: every 64th picture is never asked for, and while those
// are read fast, none is.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <deque>
#include <mutex>

#include "topfive/data/epoch_order.h"
#include "topfive/data/sample_source.h"

namespace topfive::data {

class ReadAhead {
 public:
  // Borrows the source. window_bytes: how much may be asked for beyond what was taken; 0 turns it off.
  ReadAhead(const SampleSource& source, std::int64_t window_bytes);

  // A new epoch; no other call may be running. Borrows the order until the next one.
  void begin(const EpochOrder& order);
  // Any thread that has taken this ticket. Asks for what has come into the window; returns at once where another
  // thread is busy with that.
  void advance(std::int64_t ticket);
  // Any thread that has read this sample, so many bytes in that time. Where the source does not know sizes, their mean
  // counts; the time tells whether pictures come from memory.
  void add_read(std::int64_t sample, std::int64_t bytes, std::chrono::nanoseconds took);

 private:
  bool is_warm() const;
  std::int64_t expected_bytes(std::int64_t sample) const;

  const SampleSource& source_;
  const std::int64_t window_bytes_;
  std::atomic<std::int64_t> bytes_read_ = 0;
  std::atomic<std::int64_t> pictures_read_ = 0;
  std::atomic<int> warmth_ = 0;  // rises with fast reads that nothing had been asked for, falls faster with slow ones

  std::mutex mutex_;
  const EpochOrder* order_ = nullptr;
  std::deque<std::int64_t> ahead_;  // bytes of the tickets first_, ..., next_ - 1
  std::int64_t first_ = 0;
  std::int64_t next_ = 0;
  std::int64_t bytes_ahead_ = 0;
};

}  // namespace topfive::data
