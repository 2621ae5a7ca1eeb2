#include "topfive/engine/progress.h"

#include <cstdio>

#include "topfive/base/text.h"

namespace topfive::engine {

std::string format_progress(const ProgressLine& line) {
  char text[256];
  std::snprintf(text, sizeof text, "epoch %lld/%lld  step %s/%s  loss %.4f  lr %.4g  %.*f img/s  ETA %s%s",
                static_cast<long long>(line.epoch), static_cast<long long>(line.num_epochs),
                base::with_thousands(line.step).c_str(), base::with_thousands(line.total_steps).c_str(), line.loss,
                line.learning_rate, line.images_per_second < 10 ? 1 : 0, line.images_per_second,
                base::format_duration(line.seconds_left).c_str(), line.data_bound ? "  data-bound" : "");
  return text;
}

}  // namespace topfive::engine
