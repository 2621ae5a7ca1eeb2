// Mixed precision: which operators run in a narrower type.
#pragma once

#include <torch/types.h>

#include "topfive/engine/train_config.h"

namespace topfive::engine {

// While it lives, LibTorch's autocast is on for the device, as torch.autocast in Python: convolutions and products take
// the narrow type, sums and losses float32. Holds no state for kFloat32. The narrow copies of the weights are kept
// until the outermost scope ends, so one scope spans a forward pass. One thread; scopes nest.
class AutocastScope {
 public:
  AutocastScope(Precision precision, const torch::Device& device);
  ~AutocastScope();
  AutocastScope(const AutocastScope&) = delete;
  AutocastScope& operator=(const AutocastScope&) = delete;

 private:
  bool active_;
  torch::DeviceType device_type_;
  bool was_enabled_ = false;
  torch::ScalarType previous_type_ = torch::kFloat32;
};

// Settings of the whole process: whether float32 products may be rounded to TF32. UserError(kConfig) where the device
// cannot compute in the precision that is asked for: fp16 needs CUDA.
void set_up_precision(const TrainConfig& config, const torch::Device& device);

// "float32", "bf16", "fp16"
const char* precision_name(Precision precision);

}  // namespace topfive::engine
