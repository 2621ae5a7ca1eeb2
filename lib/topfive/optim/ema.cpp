#include "topfive/optim/ema.h"

#include <algorithm>
#include <cmath>

#include <torch/torch.h>

namespace topfive::optim {
namespace {

double rescaled(const EmaConfig& config, const EmaRun& run) {
  const double share = (1.0 - config.decay) * static_cast<double>(run.global_batch_size) *
                       static_cast<double>(config.every_steps) / run.num_epochs;
  return 1.0 - std::min(1.0, share);
}

}  // namespace

const base::Fields<EmaConfig>& EmaConfig::fields() {
  static const auto kFields =
      base::Fields<EmaConfig>("A moving average of the weights, evaluated and saved beside them.")
          .number("decay", &EmaConfig::decay,
                  {.help = "Share of the average that is kept at each update; 0 keeps no average",
                   .min = 0,
                   .max = 0.99999999,
                   .paper = "0.99998 every 32 steps (torchvision), 0.99996 (DeiT)"})
          .number("every_steps", &EmaConfig::every_steps,
                  {.help = "Steps between two updates", .min = 1, .max = 1e9, .paper = "32 (torchvision)"})
          .number("start_epochs", &EmaConfig::start_epochs,
                  {.help = "Epochs in which the average is a copy of the weights",
                   .min = 0,
                   .max = 1e6,
                   .paper = "the warm-up (torchvision)"})
          .boolean("warmup", &EmaConfig::warmup, {.help = "Starts with a small decay that grows with the updates"})
          .boolean("torchvision_rescale", &EmaConfig::torchvision_rescale,
                   {.help = "Takes 1 - decay times global batch times every_steps over epochs, as torchvision's script",
                    .paper = "true (torchvision's recipes state their decay so)"});
  return kFields;
}

double ema_decay(const EmaConfig& config, const EmaRun& run, std::int64_t step) {
  const std::int64_t start = std::llround(config.start_epochs * static_cast<double>(run.steps_per_epoch));
  if (step <= start) return 0.0;
  const std::int64_t updates_before = (step - 1) / config.every_steps - start / config.every_steps;
  if (updates_before == 0) return 0.0;
  const double decay = config.torchvision_rescale ? rescaled(config, run) : config.decay;
  const auto n = static_cast<double>(updates_before);
  return config.warmup ? std::min(decay, (1.0 + n) / (10.0 + n)) : decay;
}

Ema::Ema(const EmaConfig& config, const EmaRun& run, const torch::nn::Module& module) : config_(config), run_(run) {
  const auto add = [this](const torch::OrderedDict<std::string, torch::Tensor>& tensors) {
    for (const auto& item : tensors) {
      names_.push_back(item.key());
      weights_.push_back(item.value().detach());
      averages_.push_back(item.value().detach().clone());
    }
  };
  add(module.named_parameters());
  add(module.named_buffers());
}

void Ema::update(std::int64_t step) {
  if (step % config_.every_steps != 0) return;
  const torch::NoGradGuard no_grad;
  const double decay = ema_decay(config_, run_, step);
  std::vector<torch::Tensor> averages;
  std::vector<torch::Tensor> weights;
  for (std::size_t i = 0; i < weights_.size(); ++i) {
    if (decay > 0.0 && weights_[i].is_floating_point()) {
      averages.push_back(averages_[i]);
      weights.push_back(weights_[i]);
    } else {
      averages_[i].copy_(weights_[i]);
    }
  }
  if (!averages.empty()) at::_foreach_lerp_(averages, weights, 1.0 - decay);
}

NamedTensors Ema::tensors() const {
  NamedTensors tensors;
  for (std::size_t i = 0; i < names_.size(); ++i) tensors.emplace_back(names_[i], averages_[i]);
  return tensors;
}

void Ema::load(const NamedTensors& tensors) { copy_by_name(this->tensors(), tensors, "averaged weights"); }

void Ema::exchange() {
  const torch::NoGradGuard no_grad;
  for (std::size_t i = 0; i < weights_.size(); ++i) {
    const torch::Tensor kept = weights_[i].clone();
    weights_[i].copy_(averages_[i]);
    averages_[i].copy_(kept);
  }
}

Ema::Swap::Swap(Ema& ema) : ema_(ema) { ema_.exchange(); }
Ema::Swap::~Swap() { ema_.exchange(); }

}  // namespace topfive::optim
