// Which input positions each output position along one axis reads, and with which weights: Pillow's, as of version 12
// and before (ImagingResample's precompute_coeffs and normalize_coeffs_8bpc).
#pragma once

#include <cstdint>
#include <vector>

#include "topfive/image/pil_resample.h"

namespace topfive::image {

// Weights are in 22-bit fixed point.
inline constexpr int kWeightBits = 22;
inline constexpr std::int32_t kWeightHalf = 1 << (kWeightBits - 1);

// Scaling `input` positions to `output`, of which [kept_begin, kept_begin + kept_count) are computed.
struct AxisTask {
  int input = 1;
  int output = 1;
  int kept_begin = 0;
  int kept_count = 1;
  bool reversed = false;  // the last kept position comes first
};

// Reused from picture to picture; grows only.
class AxisWeights {
 public:
  void compute(const AxisTask& task, PilKernel kernel);

  struct Taps {
    int first = 0;  // input position, counted from needed_begin()
    int count = 0;
  };
  int size() const { return static_cast<int>(taps_.size()); }
  Taps taps(int i) const { return taps_[static_cast<std::size_t>(i)]; }
  // As many as taps(i).count; zeros follow up to stride().
  const std::int32_t* weights(int i) const { return &weights_[static_cast<std::size_t>(i) * stride_]; }
  std::size_t stride() const { return stride_; }
  int most_taps() const { return most_taps_; }
  // The input positions that any output reads: begin and count.
  int needed_begin() const { return needed_begin_; }
  int needed_count() const { return needed_count_; }
  std::size_t bytes() const;

 private:
  void compute_one(const AxisTask& task, PilKernel kernel, int position, std::size_t slot);

  std::vector<Taps> taps_;
  std::vector<std::int32_t> weights_;
  std::vector<double> values_;
  std::size_t stride_ = 0;
  double scale_ = 1.0;
  double stretch_ = 1.0;
  double support_ = 1.0;
  int most_taps_ = 0;
  int needed_begin_ = 0;
  int needed_count_ = 0;
};

}  // namespace topfive::image
