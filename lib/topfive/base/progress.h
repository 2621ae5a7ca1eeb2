// The one line a person watches while something takes long. Rewritten in place on a terminal, a plain line each time
// otherwise; on standard error, so that results can be piped.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace topfive::base {

// 3671 -> "1:01:11", 71 -> "1:11"
std::string format_duration(double seconds);
// "evaluated 2,500 of 10,000  1250 img/s  ETA 0:06"
std::string format_count_progress(const std::string& verb, std::int64_t done, std::int64_t total, double seconds);

// One thread.
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

// Pictures done out of a known number: at most about a hundred lines on a terminal, where each replaces the one before,
// and ten in a log. One thread.
class CountProgress {
 public:
  // verb: what has happened to the pictures that are done, as in "evaluated".
  CountProgress(std::string verb, std::int64_t total);
  void add(std::int64_t images);
  void finish() { printer_.finish(); }

 private:
  ProgressPrinter printer_;
  std::string verb_;
  std::int64_t total_;
  std::int64_t done_ = 0;
  std::int64_t next_ = 0;
  std::chrono::steady_clock::time_point started_ = std::chrono::steady_clock::now();
};

}  // namespace topfive::base
