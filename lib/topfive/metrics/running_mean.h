// The mean of a stream of values whose state can be saved and restored exactly.
#pragma once

#include <cstdint>

namespace topfive::metrics {

class RunningMean {
 public:
  struct State {
    double sum = 0.0;
    std::int64_t count = 0;
    bool operator==(const State&) const = default;
  };

  RunningMean() = default;
  explicit RunningMean(const State& state) : state_(state) {}

  // `value` is itself the mean of `count` values, for example the loss of a batch.
  void add(double value, std::int64_t count = 1);
  double mean() const;  // 0 when nothing was added
  const State& state() const { return state_; }
  void reset() { state_ = {}; }

 private:
  State state_;
};

}  // namespace topfive::metrics
