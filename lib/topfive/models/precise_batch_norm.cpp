#include "topfive/models/precise_batch_norm.h"

#include <torch/torch.h>

namespace topfive::models {

// With a momentum of one, the running statistics after a forward pass are those of that batch.
PreciseBatchNorm::PreciseBatchNorm(ImageClassifier& model) : model_(model), model_trains_(model.is_training()) {
  for (const auto& module : model.modules(/*include_self=*/false)) {
    modes_.push_back({module, module->is_training()});
    auto* norm = module->as<BatchNormImpl>();
    if (norm == nullptr) continue;
    Layer layer;
    layer.norm = norm;
    layer.momentum = norm->momentum;
    layer.mean = norm->running_mean.clone();
    layer.variance = norm->running_var.clone();
    layer.count = norm->num_batches_tracked.clone();
    layer.mean_sum = torch::zeros_like(layer.mean, torch::kFloat64);
    layer.variance_sum = torch::zeros_like(layer.variance, torch::kFloat64);
    layers_.push_back(layer);
  }
  model_.eval();
  for (Layer& layer : layers_) {
    layer.norm->train();
    layer.norm->momentum = 1.0;
    layer.norm->running_mean.zero_();  // or a value that is no number would outlast its weight of zero
    layer.norm->running_var.fill_(1.0);
  }
}

PreciseBatchNorm::~PreciseBatchNorm() {
  if (finished_) return;
  const torch::NoGradGuard no_grad;
  for (const Layer& layer : layers_) restore_statistics(layer);
  restore_modes();
}

void PreciseBatchNorm::add(const torch::Tensor& images) {
  const torch::NoGradGuard no_grad;
  for (Layer& layer : layers_) layer.norm->num_batches_tracked.zero_();
  model_.forward(images);
  for (Layer& layer : layers_) {
    if (layer.norm->num_batches_tracked.item<std::int64_t>() == 0) continue;  // an auxiliary head is off
    layer.mean_sum.add_(layer.norm->running_mean);
    layer.variance_sum.add_(layer.norm->running_var);
    ++layer.batches;
  }
}

void PreciseBatchNorm::finish() {
  const torch::NoGradGuard no_grad;
  for (Layer& layer : layers_) {
    if (layer.batches == 0) {
      restore_statistics(layer);
      continue;
    }
    layer.norm->running_mean.copy_(layer.mean_sum / layer.batches);
    layer.norm->running_var.copy_(layer.variance_sum / layer.batches);
  }
  restore_modes();
  finished_ = true;
}

void PreciseBatchNorm::restore_statistics(const Layer& layer) {
  layer.norm->running_mean.copy_(layer.mean);
  layer.norm->running_var.copy_(layer.variance);
}

void PreciseBatchNorm::restore_modes() {
  for (const Layer& layer : layers_) {
    layer.norm->momentum = layer.momentum;
    layer.norm->num_batches_tracked.copy_(layer.count);
  }
  // A call sets the modules inside too. Parents come first in the list, so the last word is each module's own.
  model_.train(model_trains_);
  for (const Mode& mode : modes_) mode.module->train(mode.training);
}

}  // namespace topfive::models
