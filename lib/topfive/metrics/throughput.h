// Images per second over the last seconds.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>

namespace topfive::metrics {

// Not thread-safe. The clock is an argument so that tests need not wait.
class Throughput {
 public:
  using Clock = std::chrono::steady_clock;
  using Now = std::function<Clock::time_point()>;

  // The time before the first add() counts from here on.
  explicit Throughput(Clock::duration window = std::chrono::seconds(10), Now now = Clock::now);

  void add(std::int64_t images);
  // Over the window, or over the time since the start while that is shorter; 0 before the first add(). A stall lowers
  // it, since the time up to now counts.
  double images_per_second() const;
  // Starts anew, for example after an evaluation, so that its time does not count.
  void restart();

 private:
  struct Mark {
    Clock::time_point time;
    std::int64_t images = 0;  // finished up to then
  };

  Clock::duration window_;
  Now now_;
  std::deque<Mark> marks_;  // never empty; the first lies at the window's edge or is the start
};

}  // namespace topfive::metrics
