#include "topfive/models/googlenet_parts.h"

#include <torch/torch.h>

#include "topfive/models/fast_linear.h"

namespace topfive::models {
namespace {

using torch::Tensor;
using torch::nn::Conv2dOptions;

constexpr double kBatchNormEpsilon = 1e-3;
constexpr std::int64_t kHeadSide = 4;
constexpr std::int64_t kHeadChannels = 128;
constexpr std::int64_t kHeadUnits = 1024;

Conv2dOptions sized(std::int64_t in, std::int64_t out, std::int64_t filter) {
  return Conv2dOptions(in, out, filter).padding(filter / 2);
}

}  // namespace

GoogLeNetStyle style_of(const GoogLeNetConfig& config) {
  const bool torchvision = config.variant == GoogLeNetVariant::kTorchvision;
  return {.batch_norm = config.variant != GoogLeNetVariant::kPaper,
          .filter5 = torchvision ? 3 : 5,
          .adaptive_heads = torchvision,
          .auxiliary_dropout = config.auxiliary_dropout,
          .activation = config.activation};
}

ConvBlockImpl::ConvBlockImpl(const Conv2dOptions& options, const GoogLeNetStyle& style)
    : options_(options), style_(style) {
  reset();
}

void ConvBlockImpl::reset() {
  conv_ = register_module("conv", torch::nn::Conv2d(Conv2dOptions(options_).bias(!style_.batch_norm)));
  const std::int64_t channels = options_.out_channels();
  if (style_.batch_norm) {
    const bool rectifies = style_.activation == ActivationKind::kRelu;
    bn_ = register_module("bn", BatchNorm(BatchNormPlan{channels, kBatchNormEpsilon, rectifies}));
  }
  activation_ = register_module("activation", ActivationLayer(style_.activation, channels));
}

Tensor ConvBlockImpl::forward(const Tensor& maps) {
  Tensor x = conv_->forward(maps);
  if (style_.batch_norm) {
    x = bn_->forward(x);
    if (bn_->plan().relu) return x;
  }
  return activation_->forward(x);
}

InceptionImpl::InceptionImpl(std::int64_t channels, const InceptionWidths& widths, const GoogLeNetStyle& style)
    : channels_(channels), widths_(widths), style_(style) {
  reset();
}

void InceptionImpl::reset() {
  const auto conv = [this](std::int64_t in, std::int64_t out, std::int64_t filter) {
    return ConvBlock(sized(in, out, filter), style_);
  };
  const auto pool = torch::nn::MaxPool2d(torch::nn::MaxPool2dOptions(3).stride(1).padding(1));
  const InceptionWidths& w = widths_;
  branch1_ = register_module("branch1", conv(channels_, w.one, 1));
  branch2_ =
      register_module("branch2", torch::nn::Sequential(conv(channels_, w.reduce3, 1), conv(w.reduce3, w.three, 3)));
  branch3_ = register_module(
      "branch3", torch::nn::Sequential(conv(channels_, w.reduce5, 1), conv(w.reduce5, w.five, style_.filter5)));
  branch4_ = register_module("branch4", torch::nn::Sequential(pool, conv(channels_, w.pool, 1)));
}

Tensor InceptionImpl::forward(const Tensor& maps) {
  return torch::cat(
      {branch1_->forward(maps), branch2_->forward(maps), branch3_->forward(maps), branch4_->forward(maps)}, 1);
}

AuxiliaryHeadImpl::AuxiliaryHeadImpl(std::int64_t channels, std::int64_t num_classes, const GoogLeNetStyle& style)
    : channels_(channels), num_classes_(num_classes), style_(style) {
  reset();
}

void AuxiliaryHeadImpl::reset() {
  conv_ = register_module("conv", ConvBlock(sized(channels_, kHeadChannels, 1), style_));
  fc1_ = register_module("fc1", FastLinear(kHeadChannels * kHeadSide * kHeadSide, kHeadUnits));
  fc2_ = register_module("fc2", FastLinear(kHeadUnits, num_classes_));
}

Tensor AuxiliaryHeadImpl::forward(const Tensor& maps) {
  const bool as_printed = !style_.adaptive_heads && maps.size(2) == 14 && maps.size(3) == 14;
  Tensor x = as_printed ? torch::avg_pool2d(maps, {5, 5}, {3, 3})
                        : torch::adaptive_avg_pool2d(maps, {kHeadSide, kHeadSide});  // [N, C, 4, 4]
  x = fc1_->forward(conv_->forward(x).flatten(1)).relu_();                           // [N, 1024]
  return fc2_->forward(torch::dropout(x, style_.auxiliary_dropout, is_training()));
}

}  // namespace topfive::models
