#include "topfive/metrics/running_mean.h"

namespace topfive::metrics {

void RunningMean::add(double value, std::int64_t count) {
  state_.sum += value * static_cast<double>(count);
  state_.count += count;
}

double RunningMean::mean() const { return state_.count == 0 ? 0.0 : state_.sum / static_cast<double>(state_.count); }

}  // namespace topfive::metrics
