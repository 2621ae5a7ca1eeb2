#include "topfive/engine/autocast.h"

#include <ATen/Context.h>
#include <ATen/autocast_mode.h>

#include "topfive/base/error.h"

namespace topfive::engine {

AutocastScope::AutocastScope(Precision precision, const torch::Device& device)
    : active_(precision != Precision::kFloat32), device_type_(device.type()) {
  if (!active_) return;
  was_enabled_ = at::autocast::is_autocast_enabled(device_type_);
  previous_type_ = at::autocast::get_autocast_dtype(device_type_);
  at::autocast::set_autocast_enabled(device_type_, true);
  at::autocast::set_autocast_dtype(device_type_,
                                   precision == Precision::kBfloat16 ? torch::kBFloat16 : torch::kFloat16);
  at::autocast::increment_nesting();
}

AutocastScope::~AutocastScope() {
  if (!active_) return;
  if (at::autocast::decrement_nesting() == 0) at::autocast::clear_cache();
  at::autocast::set_autocast_enabled(device_type_, was_enabled_);
  at::autocast::set_autocast_dtype(device_type_, previous_type_);
}

void set_up_precision(const TrainConfig& config, const torch::Device& device) {
  if (config.precision == Precision::kFloat16 && !device.is_cuda()) {
    throw base::UserError(base::ExitCode::kConfig,
                          "train.precision is fp16, which needs a CUDA device; use bf16 or float32 on a CPU");
  }
  at::globalContext().setAllowTF32CuBLAS(config.allow_tf32);
  at::globalContext().setAllowTF32CuDNN(config.allow_tf32);
}

const char* precision_name(Precision precision) {
  switch (precision) {
    case Precision::kBfloat16:
      return "bf16";
    case Precision::kFloat16:
      return "fp16";
    case Precision::kFloat32:
      break;
  }
  return "float32";
}

}  // namespace topfive::engine
