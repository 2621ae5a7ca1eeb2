#include "topfive/models/batch_norm.h"

#include <torch/torch.h>

#include "topfive/models/fused_batch_norm.h"

namespace topfive::models {
namespace {

thread_local bool statistics_held = false;

FusedNormInputs inputs_of(const BatchNormImpl& layer, const torch::Tensor& maps, double momentum) {
  FusedNormInputs inputs;
  inputs.maps = maps;
  inputs.weight = layer.weight;
  inputs.bias = layer.bias;
  inputs.running_mean = layer.running_mean;
  inputs.running_var = layer.running_var;
  inputs.tail = layer.plan().relu ? NormTail::kRelu : NormTail::kNone;
  inputs.epsilon = layer.plan().epsilon;
  inputs.momentum = momentum;
  return inputs;
}

torch::Tensor with_tail(torch::Tensor x, const FusedNormInputs& inputs) {
  if (inputs.tail == NormTail::kNone) return x;
  if (inputs.tail == NormTail::kShortcutRelu) x = x + inputs.shortcut;
  return x.relu_();
}

torch::Tensor one_by_one(const FusedNormInputs& inputs, bool training) {
  const bool hold = training && inputs.momentum == 0.0;
  const auto mean = hold ? torch::Tensor() : inputs.running_mean;
  const auto variance = hold ? torch::Tensor() : inputs.running_var;
  return with_tail(at::batch_norm(inputs.maps, inputs.weight, inputs.bias, mean, variance, training, inputs.momentum,
                                  inputs.epsilon, at::globalContext().userEnabledCuDNN()),
                   inputs);
}

torch::Tensor of_all_ranks(const FusedNormInputs& inputs, const StatisticsExchange& exchange) {
  const SyncNormInputs norm{inputs.maps,        inputs.weight,  inputs.bias,    inputs.running_mean,
                            inputs.running_var, inputs.epsilon, inputs.momentum};
  return with_tail(sync_norm_training(norm, exchange), inputs);
}

torch::Tensor of_own_maps(const FusedNormInputs& inputs, bool training) {
  if (!fused_norm_fits(inputs.maps, inputs.weight)) return one_by_one(inputs, training);
  if (training) return fused_norm_training(inputs);
  return torch::GradMode::is_enabled() ? one_by_one(inputs, training) : fused_norm_evaluation(inputs);
}

}  // namespace

RunningStatisticsHold::RunningStatisticsHold() : before_(statistics_held) { statistics_held = true; }
RunningStatisticsHold::~RunningStatisticsHold() { statistics_held = before_; }
bool RunningStatisticsHold::active() { return statistics_held; }

BatchNormImpl::BatchNormImpl(const BatchNormPlan& plan) : plan_(plan) { reset(); }
BatchNormImpl::BatchNormImpl(std::int64_t channels) : BatchNormImpl(BatchNormPlan{.channels = channels}) {}

void BatchNormImpl::reset() {
  weight = register_parameter("weight", torch::ones({plan_.channels}));
  bias = register_parameter("bias", torch::zeros({plan_.channels}));
  running_mean = register_buffer("running_mean", torch::zeros({plan_.channels}));
  running_var = register_buffer("running_var", torch::ones({plan_.channels}));
  num_batches_tracked = register_buffer("num_batches_tracked", torch::tensor(0, torch::kInt64));
}

torch::Tensor BatchNormImpl::run(const FusedNormInputs& inputs) {
  if (is_training() && exchange_) return of_all_ranks(inputs, *exchange_);
  return of_own_maps(inputs, is_training());
}

torch::Tensor BatchNormImpl::forward(const torch::Tensor& maps) {
  const bool moves = is_training() && !statistics_held;
  if (moves) num_batches_tracked.add_(1);
  return run(inputs_of(*this, maps, moves ? momentum : 0.0));
}

torch::Tensor BatchNormImpl::forward_with_shortcut(const torch::Tensor& maps, const torch::Tensor& shortcut) {
  const bool moves = is_training() && !statistics_held;
  if (moves) num_batches_tracked.add_(1);
  FusedNormInputs inputs = inputs_of(*this, maps, moves ? momentum : 0.0);
  inputs.shortcut = shortcut;
  inputs.tail = NormTail::kShortcutRelu;
  return run(inputs);
}

}  // namespace topfive::models
