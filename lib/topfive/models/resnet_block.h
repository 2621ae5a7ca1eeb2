// One block of a ResNet, residual or plain.
#pragma once

#include <array>

#include <torch/nn/modules/container/sequential.h>
#include <torch/nn/modules/conv.h>

#include "topfive/models/batch_norm.h"
#include "topfive/models/resnet.h"

namespace topfive::models {

enum class ShortcutForm { kNone, kIdentity, kPadded, kProjection };

struct ResNetBlockPlan {
  std::int64_t in_channels = 64;
  std::int64_t width = 64;  // of the 3x3 convolutions
  bool bottleneck = false;  // 1x1, 3x3, 1x1 to four times the width; else 3x3, 3x3
  std::int64_t stride = 1;
  std::size_t strided_conv = 0;  // which convolution has the stride
  ShortcutForm shortcut = ShortcutForm::kIdentity;
  bool anti_aliased = false;
  double drop_rate = 0.0;
  ActivationKind activation = ActivationKind::kRelu;
  std::int64_t out_channels() const { return bottleneck ? 4 * width : width; }
};

// Names: conv1, bn1, conv2, bn2, conv3, bn3 (bottleneck), downsample.0, downsample.1 (projection).
class ResNetBlockImpl : public torch::nn::Cloneable<ResNetBlockImpl> {
 public:
  explicit ResNetBlockImpl(const ResNetBlockPlan& plan);
  void reset() override;
  torch::Tensor forward(const torch::Tensor& maps);  // [N, C, H, W] -> [N, out_channels, H / stride, W / stride]

  BatchNorm& last_norm() { return norms_[num_convs_ - 1]; }

 private:
  torch::Tensor joined(const torch::Tensor& branch, const torch::Tensor& maps);
  torch::Tensor shortcut(const torch::Tensor& maps);
  bool norm_rectifies(std::size_t conv) const;

  ResNetBlockPlan plan_;
  std::size_t num_convs_;
  std::array<torch::nn::Conv2d, 3> convs_{nullptr, nullptr, nullptr};
  std::array<BatchNorm, 3> norms_{nullptr, nullptr, nullptr};
  std::array<ActivationLayer, 3> activations_{nullptr, nullptr, nullptr};
  torch::nn::Sequential downsample_{nullptr};
};
TORCH_MODULE(ResNetBlock);

}  // namespace topfive::models
