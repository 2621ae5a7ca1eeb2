#include "topfive/engine/progress.h"

#include <cmath>
#include <cstdio>

#include <unistd.h>

#include "topfive/base/text.h"

namespace topfive::engine {

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

std::string format_progress(const ProgressLine& line) {
  char text[256];
  std::snprintf(text, sizeof text, "epoch %lld/%lld  step %s/%s  loss %.4f  lr %.4g  %.*f img/s  ETA %s",
                static_cast<long long>(line.epoch), static_cast<long long>(line.num_epochs),
                base::with_thousands(line.step).c_str(), base::with_thousands(line.total_steps).c_str(), line.loss,
                line.learning_rate, line.images_per_second < 10 ? 1 : 0, line.images_per_second,
                format_duration(line.seconds_left).c_str());
  return text;
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

}  // namespace topfive::engine
