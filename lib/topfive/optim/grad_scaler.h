// Dynamic loss scaling for float16, as torch.amp.GradScaler: the loss is multiplied by a scale that keeps small
// gradients above zero; a step whose gradients overflow is left out and the scale falls; after many good steps it
// grows (Micikevicius et al. 2018, arXiv 1710.03740, section 3.2).
//
//   scaler.scale(loss).backward();
//   scaler.unscale(optimizer.groups());
//   if (!scaler.found_non_finite()) optimizer.step(rate);
//   scaler.update();
#pragma once

#include <torch/types.h>

#include "topfive/base/config_fields.h"
#include "topfive/optim/optimizer.h"

namespace topfive::optim {

struct GradScalerConfig {
  double initial_scale = 65536.0;
  double growth_factor = 2.0;
  double backoff_factor = 0.5;
  std::int64_t growth_interval = 2000;  // good steps in a row
  static const base::Fields<GradScalerConfig>& fields();
};

// Lives on one device, the CPU included. Not thread-safe. Only found_non_finite() and current_scale() wait for it.
class GradScaler {
 public:
  GradScaler(const GradScalerConfig& config, const torch::Device& device);

  torch::Tensor scale(const torch::Tensor& loss) const;
  // Divides the gradients by the scale in place, once a step, and notes whether one of them is infinite or NaN. All
  // gradients lie on this device. Ranks that average their gradients before see the same.
  void unscale(const ParameterGroups& groups);
  // 0 or 1, float32 [1], on the device.
  const torch::Tensor& non_finite() const { return non_finite_; }
  bool found_non_finite() const;
  // Sets the scale for the next step by what unscale() has seen.
  void update();
  double current_scale() const;

  // "scale", float32 [1], and "growth_tracker", int32 [1]; they share memory with the scaler.
  NamedTensors state() const;
  // UserError(kBadData) unless names and shapes are the same and the scale is a finite number above 0.
  void load_state(const NamedTensors& tensors);

 private:
  GradScalerConfig config_;
  torch::Tensor scale_;
  torch::Tensor growth_tracker_;
  torch::Tensor non_finite_;
};

}  // namespace topfive::optim
