#include "topfive/image/resample_axis.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace topfive::image {
namespace {

double bilinear(double x) {
  x = std::abs(x);
  return x < 1.0 ? 1.0 - x : 0.0;
}

double bicubic(double x) {
  constexpr double kA = -0.5;
  x = std::abs(x);
  if (x < 1.0) return ((kA + 2.0) * x - (kA + 3.0)) * x * x + 1.0;
  if (x < 2.0) return (((x - 5.0) * x + 8.0) * x - 4.0) * kA;
  return 0.0;
}

std::int32_t to_fixed_point(double weight) {
  const double scaled = weight * (1 << kWeightBits);
  return static_cast<std::int32_t>(scaled < 0.0 ? scaled - 0.5 : scaled + 0.5);
}

}  // namespace

void AxisWeights::compute(const AxisTask& task, PilKernel kernel) {
  scale_ = static_cast<double>(task.input) / task.output;
  stretch_ = std::max(scale_, 1.0);
  support_ = (kernel == PilKernel::kBilinear ? 1.0 : 2.0) * stretch_;
  stride_ = static_cast<std::size_t>(std::ceil(support_)) * 2 + 1;
  const auto count = static_cast<std::size_t>(task.kept_count);
  taps_.resize(count);
  weights_.assign(count * stride_, 0);
  values_.resize(stride_);
  most_taps_ = 0;
  int begin = std::numeric_limits<int>::max();
  int end = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const int step = static_cast<int>(task.reversed ? count - 1 - i : i);
    compute_one(task, kernel, task.kept_begin + step, i);
    most_taps_ = std::max(most_taps_, taps_[i].count);
    begin = std::min(begin, taps_[i].first);
    end = std::max(end, taps_[i].first + taps_[i].count);
  }
  needed_begin_ = begin;
  needed_count_ = end - begin;
  for (Taps& taps : taps_) taps.first -= begin;
}

void AxisWeights::compute_one(const AxisTask& task, PilKernel kernel, int position, std::size_t slot) {
  const double centre = (position + 0.5) * scale_;
  const int first = std::max(static_cast<int>(centre - support_ + 0.5), 0);
  const int count = std::min(static_cast<int>(centre + support_ + 0.5), task.input) - first;
  double sum = 0.0;
  for (int i = 0; i < count; ++i) {
    const double x = (i + first - centre + 0.5) * (1.0 / stretch_);
    double& value = values_[static_cast<std::size_t>(i)];
    value = kernel == PilKernel::kBilinear ? bilinear(x) : bicubic(x);
    sum += value;
  }
  std::int32_t* weights = &weights_[slot * stride_];
  for (int i = 0; i < count; ++i) {
    const double value = values_[static_cast<std::size_t>(i)];
    weights[i] = to_fixed_point(sum != 0.0 ? value / sum : value);
  }
  taps_[slot] = {first, count};
}

std::size_t AxisWeights::bytes() const {
  return taps_.capacity() * sizeof(Taps) + weights_.capacity() * sizeof(std::int32_t) +
         values_.capacity() * sizeof(double);
}

}  // namespace topfive::image
