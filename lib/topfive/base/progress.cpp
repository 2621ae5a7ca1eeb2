#include "topfive/base/progress.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <utility>

#include <unistd.h>

#include "topfive/base/text.h"

namespace topfive::base {

std::string format_duration(double seconds) {
  if (!std::isfinite(seconds) || seconds < 0) return "?";
  const auto total = std::llround(seconds);
  char text[48];
  if (total >= 3600) {
    std::snprintf(text, sizeof text, "%lld:%02lld:%02lld", total / 3600, total / 60 % 60, total % 60);
  } else {
    std::snprintf(text, sizeof text, "%lld:%02lld", total / 60, total % 60);
  }
  return text;
}

std::string format_count_progress(const std::string& verb, std::int64_t done, std::int64_t total, double seconds) {
  const double rate = static_cast<double>(done) / std::max(seconds, 1e-9);
  char speed[32];
  std::snprintf(speed, sizeof speed, "%.*f", rate < 10 ? 1 : 0, rate);
  return verb + " " + with_thousands(done) + " of " + with_thousands(total) + "  " + speed + " img/s  ETA " +
         format_duration(static_cast<double>(total - done) / std::max(rate, 1e-9));
}

ProgressPrinter::ProgressPrinter() : is_terminal_(isatty(STDERR_FILENO) == 1) {}

void ProgressPrinter::show(const std::string& line) {
  // The escape sequence clears what a longer line before it left behind.
  std::fprintf(stderr, is_terminal_ ? "\r%s\x1b[K" : "%s\n", line.c_str());
  std::fflush(stderr);
  pending_ = is_terminal_;
}

void ProgressPrinter::finish() {
  if (pending_) std::fputc('\n', stderr);
  pending_ = false;
}

CountProgress::CountProgress(std::string verb, std::int64_t total) : verb_(std::move(verb)), total_(total) {}

void CountProgress::add(std::int64_t images) {
  done_ += images;
  if (done_ < next_ && done_ < total_) return;
  next_ = done_ + total_ / (printer_.is_terminal() ? 100 : 10);
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - started_;
  printer_.show(format_count_progress(verb_, done_, total_, elapsed.count()));
}

}  // namespace topfive::base
