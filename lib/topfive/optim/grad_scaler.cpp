#include "topfive/optim/grad_scaler.h"

#include <cmath>
#include <map>

#include <torch/torch.h>

namespace topfive::optim {
const base::Fields<GradScalerConfig>& GradScalerConfig::fields() {
  static const auto kFields =
      base::Fields<GradScalerConfig>("Dynamic loss scaling, for float16.")
          .number("initial_scale", &GradScalerConfig::initial_scale,
                  {.help = "The scale of the first step", .min = 1e-6, .max = 1e12})
          .number("growth_factor", &GradScalerConfig::growth_factor,
                  {.help = "The scale is multiplied by this after growth_interval good steps", .min = 1, .max = 1024})
          .number("backoff_factor", &GradScalerConfig::backoff_factor,
                  {.help = "The scale is multiplied by this after a step that overflowed", .min = 1e-3, .max = 0.999})
          .number("growth_interval", &GradScalerConfig::growth_interval,
                  {.help = "Good steps in a row before the scale grows",
                   .min = 1,
                   .max = 2e9,
                   .paper = "2000 (Micikevicius et al. 2018, arXiv 1710.03740)"});
  return kFields;
}

GradScaler::GradScaler(const GradScalerConfig& config, const torch::Device& device) : config_(config) {
  const auto on_device = torch::dtype(torch::kFloat32).device(device);
  scale_ = torch::full({1}, config.initial_scale, on_device);
  growth_tracker_ = torch::zeros({1}, on_device.dtype(torch::kInt32));
  non_finite_ = torch::zeros({1}, on_device);
}

torch::Tensor GradScaler::scale(const torch::Tensor& loss) const { return loss * scale_.squeeze(0); }

void GradScaler::unscale(const ParameterGroups& groups) {
  const torch::NoGradGuard no_grad;
  // Through double, as PyTorch does, so that a small scale's inverse is not infinite.
  const auto inverse = scale_.to(torch::kDouble).reciprocal().to(torch::kFloat32);
  non_finite_.zero_();
  std::map<torch::ScalarType, std::vector<torch::Tensor>> by_type;  // The kernel takes one type at a time.
  for (const torch::Tensor& gradient : gradients_of(groups)) by_type[gradient.scalar_type()].push_back(gradient);
  for (auto& [type, gradients] : by_type) {
    at::_amp_foreach_non_finite_check_and_unscale_(gradients, non_finite_, inverse);
  }
}

bool GradScaler::found_non_finite() const { return non_finite_.item<float>() != 0.0F; }

void GradScaler::update() {
  const torch::NoGradGuard no_grad;
  at::_amp_update_scale_(scale_, growth_tracker_, non_finite_, config_.growth_factor, config_.backoff_factor,
                         config_.growth_interval);
}

double GradScaler::current_scale() const { return scale_.item<double>(); }

NamedTensors GradScaler::state() const { return {{"scale", scale_}, {"growth_tracker", growth_tracker_}}; }

void GradScaler::load_state(const NamedTensors& tensors) {
  const std::string what = "state of the loss scale";
  const torch::Tensor scale = find_tensor(tensors, "scale");
  const double value = scale.defined() && scale.numel() == 1 ? scale.item<double>() : 1.0;
  if (!std::isfinite(value) || value <= 0.0) fail_on_state(what, "the scale is not a number above 0");
  copy_by_name(state(), tensors, what);
}

}  // namespace topfive::optim
