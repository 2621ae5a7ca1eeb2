// The one line a person watches: epoch, step, loss, speed and time left. Rewritten in place on a terminal, a plain
// line each time otherwise.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace topfive::engine {

struct ProgressLine {
  std::int64_t step = 0;
  std::int64_t total_steps = 0;
  std::int64_t epoch = 0;  // counted from 1
  std::int64_t num_epochs = 0;
  double loss = 0.0;
  double learning_rate = 0.0;
  double images_per_second = 0.0;
  double seconds_left = 0.0;
};

// "epoch 3/90  step 20,480/900,720  loss 5.1203  lr 0.01  87 img/s  ETA 2:04:11"
std::string format_progress(const ProgressLine& line);
// 3671 -> "1:01:11", 71 -> "1:11"
std::string format_duration(double seconds);

// Writes to standard error. One thread.
class ProgressPrinter {
 public:
  ProgressPrinter();
  bool is_terminal() const { return is_terminal_; }
  void show(const std::string& line);
  // Ends a line that is being rewritten, so that other output starts on a fresh one.
  void finish();

 private:
  bool is_terminal_;
  bool pending_ = false;
};

}  // namespace topfive::engine
