#include "topfive/engine/eval_progress.h"

#include <algorithm>
#include <cstdio>

#include "topfive/base/text.h"

namespace topfive::engine {

std::string format_eval_progress(std::int64_t done, std::int64_t total, double seconds) {
  const double rate = static_cast<double>(done) / std::max(seconds, 1e-9);
  char speed[32];
  std::snprintf(speed, sizeof speed, "%.*f", rate < 10 ? 1 : 0, rate);
  return "evaluated " + base::with_thousands(done) + " of " + base::with_thousands(total) + "  " + speed +
         " img/s  ETA " + format_duration(static_cast<double>(total - done) / std::max(rate, 1e-9));
}

EvalProgress::EvalProgress(std::int64_t num_images) : num_images_(num_images) {}

void EvalProgress::add(std::int64_t images) {
  done_ += images;
  if (done_ < next_ && done_ < num_images_) return;
  next_ = done_ + num_images_ / (printer_.is_terminal() ? 100 : 10);
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - started_;
  printer_.show(format_eval_progress(done_, num_images_, elapsed.count()));
}

}  // namespace topfive::engine
