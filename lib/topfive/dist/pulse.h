// Where the training thread of a rank is, as its heartbeat tells the others.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <string>

namespace topfive::dist {

// The phase of a rank that may be waiting for others: it is never taken for the one that hangs.
inline constexpr const char* kWithOtherRanks = "computing with the other ranks";

// One thread sets, any thread reads.
class Pulse {
 public:
  // `phase` must be a string that lives as long as the program, such as a literal.
  void set(std::int64_t step, const char* phase) {
    step_.store(step, std::memory_order_relaxed);
    phase_.store(phase, std::memory_order_relaxed);
    since_.store(std::chrono::steady_clock::now().time_since_epoch().count(), std::memory_order_relaxed);
  }

  std::int64_t step() const { return step_.load(std::memory_order_relaxed); }
  const char* phase() const { return phase_.load(std::memory_order_relaxed); }
  // Since the last set().
  std::chrono::milliseconds age() const {
    const std::chrono::steady_clock::duration since(since_.load(std::memory_order_relaxed));
    return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now().time_since_epoch() -
                                                                 since);
  }
  // "step 120, loading data"
  std::string text() const { return "step " + std::to_string(step()) + ", " + phase(); }

 private:
  std::atomic<std::int64_t> step_{0};
  std::atomic<const char*> phase_{"starting"};
  std::atomic<std::chrono::steady_clock::rep> since_{std::chrono::steady_clock::now().time_since_epoch().count()};
};

}  // namespace topfive::dist
