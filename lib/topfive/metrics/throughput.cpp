#include "topfive/metrics/throughput.h"

#include <utility>

namespace topfive::metrics {

Throughput::Throughput(Clock::duration window, Now now) : window_(window), now_(std::move(now)), marks_{{now_(), 0}} {}

void Throughput::add(std::int64_t images) {
  const Clock::time_point time = now_();
  marks_.push_back({time, marks_.back().images + images});
  // Keep one mark older than the window, so that the window is always covered.
  while (marks_.size() > 2 && time - marks_[1].time >= window_) marks_.pop_front();
}

double Throughput::images_per_second() const {
  const std::chrono::duration<double> seconds = now_() - marks_.front().time;
  const std::int64_t images = marks_.back().images - marks_.front().images;
  return seconds.count() > 0 ? static_cast<double>(images) / seconds.count() : 0.0;
}

void Throughput::restart() { marks_.assign(1, {now_(), 0}); }

}  // namespace topfive::metrics
