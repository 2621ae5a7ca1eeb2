// How far an evaluation is: pictures done, images per second, time left.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "topfive/engine/progress.h"

namespace topfive::engine {

// "evaluated 2,500 of 10,000  1204 img/s  ETA 0:06"
std::string format_eval_progress(std::int64_t done, std::int64_t total, double seconds);

// Shows at most about a hundred lines on a terminal, where each replaces the one before, and ten in a log.
class EvalProgress {
 public:
  explicit EvalProgress(std::int64_t num_images);
  void add(std::int64_t images);
  void finish() { printer_.finish(); }

 private:
  ProgressPrinter printer_;
  std::int64_t num_images_;
  std::int64_t done_ = 0;
  std::int64_t next_ = 0;
  std::chrono::steady_clock::time_point started_ = std::chrono::steady_clock::now();
};

}  // namespace topfive::engine
