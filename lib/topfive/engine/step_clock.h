// Where the time of training goes.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <functional>
#include <utility>

namespace topfive::engine {

// kData: waiting for the loader. kCopy: to the device, normalising there. kOther: logging, evaluating, saving.
enum class StepPhase { kData, kCopy, kForward, kBackward, kOptimizer, kOther };
inline constexpr std::size_t kStepPhases = 6;
// In the order above, as logs call them.
inline constexpr std::array<const char*, kStepPhases> kStepPhaseNames = {"data",     "copy",      "forward",
                                                                         "backward", "optimizer", "other"};

// Seconds by phase, since it was made. On CUDA, kernels run behind the host: a phase then gets the time in which the
// host was busy with it or waited in it. One thread; reading the clock costs tens of nanoseconds.
class StepClock {
 public:
  // The time since the last call belongs to `phase`.
  void lap(StepPhase phase) {
    const auto now = Clock::now();
    seconds_[static_cast<std::size_t>(phase)] += std::chrono::duration<double>(now - last_).count();
    last_ = now;
    if (observer_) observer_(phase);
  }
  // Calls back at the end of each phase: to mark it in a CUDA stream.
  void observe(std::function<void(StepPhase)> observer) { observer_ = std::move(observer); }
  double seconds(StepPhase phase) const { return seconds_[static_cast<std::size_t>(phase)]; }
  const std::array<double, kStepPhases>& all_seconds() const { return seconds_; }

 private:
  using Clock = std::chrono::steady_clock;
  std::array<double, kStepPhases> seconds_{};
  Clock::time_point last_ = Clock::now();
  std::function<void(StepPhase)> observer_;
};

}  // namespace topfive::engine
