#include "topfive/models/resnet_block.h"

#include <string>

#include <torch/torch.h>

#include "topfive/models/blur_pool.h"
#include "topfive/models/stochastic_depth.h"

namespace topfive::models {
namespace {

using torch::Tensor;
using torch::indexing::Slice;
using torch::nn::Conv2d;
using torch::nn::Conv2dOptions;

// Option A: every stride-th pixel, and zeros for the channels that are new.
Tensor padded_identity(const Tensor& maps, std::int64_t stride, std::int64_t channels) {
  const Tensor sampled =
      maps.index({Slice(), Slice(), Slice(0, torch::indexing::None, stride), Slice(0, torch::indexing::None, stride)});
  return torch::constant_pad_nd(sampled, {0, 0, 0, 0, 0, channels - maps.size(1)});
}

}  // namespace

ResNetBlockImpl::ResNetBlockImpl(const ResNetBlockPlan& plan) : plan_(plan), num_convs_(plan.bottleneck ? 3 : 2) {
  reset();
}

void ResNetBlockImpl::reset() {
  std::int64_t channels = plan_.in_channels;
  for (std::size_t i = 0; i < num_convs_; ++i) {
    const bool is_last = i + 1 == num_convs_;
    const std::int64_t filter = plan_.bottleneck && i != 1 ? 1 : 3;
    const std::int64_t out = is_last ? plan_.out_channels() : plan_.width;
    const std::int64_t stride = i == plan_.strided_conv && !plan_.anti_aliased ? plan_.stride : 1;
    const std::string number = std::to_string(i + 1);
    convs_[i] = register_module(
        "conv" + number, Conv2d(Conv2dOptions(channels, out, filter).stride(stride).padding(filter / 2).bias(false)));
    norms_[i] = register_module("bn" + number, BatchNorm(BatchNormPlan{.channels = out, .relu = norm_rectifies(i)}));
    activations_[i] = register_module("activation" + number, ActivationLayer(plan_.activation, out));
    channels = out;
  }
  if (plan_.shortcut == ShortcutForm::kProjection) {
    const auto options = Conv2dOptions(plan_.in_channels, channels, 1).stride(plan_.stride).bias(false);
    downsample_ = register_module("downsample", torch::nn::Sequential(Conv2d(options), BatchNorm(channels)));
  }
}

Tensor ResNetBlockImpl::forward(const Tensor& maps) {
  Tensor x = maps;
  for (std::size_t i = 0; i < num_convs_; ++i) {
    x = convs_[i]->forward(x);
    if (i + 1 == num_convs_) break;  // after the last norm comes the sum
    x = norms_[i]->forward(x);
    if (!norm_rectifies(i)) x = activations_[i]->forward(x);
    if (i == plan_.strided_conv && plan_.anti_aliased && plan_.stride > 1) x = blur_pool(x);
  }
  return joined(x, maps);
}

Tensor ResNetBlockImpl::joined(const Tensor& branch, const Tensor& maps) {
  BatchNorm& norm = norms_[num_convs_ - 1];
  const bool has_shortcut = plan_.shortcut != ShortcutForm::kNone;
  if (has_shortcut && plan_.drop_rate == 0.0 && plan_.activation == ActivationKind::kRelu) {
    return norm->forward_with_shortcut(branch, shortcut(maps));
  }
  Tensor x = norm->forward(branch);
  if (has_shortcut) x = stochastic_depth(x, plan_.drop_rate, is_training()) + shortcut(maps);
  return norm_rectifies(num_convs_ - 1) ? x : activations_[num_convs_ - 1]->forward(x);
}

// The rectifier right after a norm is part of it.
bool ResNetBlockImpl::norm_rectifies(std::size_t conv) const {
  if (plan_.activation != ActivationKind::kRelu) return false;
  return conv + 1 < num_convs_ || plan_.shortcut == ShortcutForm::kNone;
}

Tensor ResNetBlockImpl::shortcut(const Tensor& maps) {
  switch (plan_.shortcut) {
    case ShortcutForm::kProjection:
      return downsample_->forward(maps);
    case ShortcutForm::kPadded:
      return padded_identity(maps, plan_.stride, plan_.out_channels());
    default:
      return maps;
  }
}

}  // namespace topfive::models
