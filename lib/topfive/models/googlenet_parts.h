// The blocks that GoogLeNet is made of.
#pragma once

#include <torch/nn/modules/container/sequential.h>
#include <torch/nn/modules/conv.h>

#include "topfive/models/batch_norm.h"
#include "topfive/models/fast_linear.h"
#include "topfive/models/googlenet.h"

namespace topfive::models {

// What the blocks of one variant have in common.
struct GoogLeNetStyle {
  bool batch_norm = false;   // after every convolution, in the place of its bias
  std::int64_t filter5 = 5;  // side of the third branch's filter: torchvision has 3
  bool adaptive_heads = false;
  double auxiliary_dropout = 0.7;
  ActivationKind activation = ActivationKind::kRelu;
};

GoogLeNetStyle style_of(const GoogLeNetConfig& config);

// Convolution, batch normalisation if the style has it, non-linearity. Names: conv, bn.
class ConvBlockImpl : public torch::nn::Cloneable<ConvBlockImpl> {
 public:
  ConvBlockImpl(const torch::nn::Conv2dOptions& options, const GoogLeNetStyle& style);
  void reset() override;
  torch::Tensor forward(const torch::Tensor& maps);

 private:
  torch::nn::Conv2dOptions options_;
  GoogLeNetStyle style_;
  torch::nn::Conv2d conv_{nullptr};
  BatchNorm bn_{nullptr};
  ActivationLayer activation_{nullptr};
};
TORCH_MODULE(ConvBlock);

// A row of table 1: the channels of the four branches.
struct InceptionWidths {
  std::int64_t one = 0;
  std::int64_t reduce3 = 0;
  std::int64_t three = 0;
  std::int64_t reduce5 = 0;
  std::int64_t five = 0;
  std::int64_t pool = 0;
  std::int64_t sum() const { return one + three + five + pool; }
};

// [N, C, H, W] -> [N, widths.sum(), H, W]. Names: branch1, branch2.{0,1}, branch3.{0,1}, branch4.1.
class InceptionImpl : public torch::nn::Cloneable<InceptionImpl> {
 public:
  InceptionImpl(std::int64_t channels, const InceptionWidths& widths, const GoogLeNetStyle& style);
  void reset() override;
  torch::Tensor forward(const torch::Tensor& maps);

 private:
  std::int64_t channels_;
  InceptionWidths widths_;
  GoogLeNetStyle style_;
  ConvBlock branch1_{nullptr};
  torch::nn::Sequential branch2_{nullptr};
  torch::nn::Sequential branch3_{nullptr};
  torch::nn::Sequential branch4_{nullptr};
};
TORCH_MODULE(Inception);

// Section 5: average pooling 5x5 with stride 3 (14x14 -> 4x4), 1x1 to 128 channels, 1024 units, classes. Maps of other
// sizes than 14x14, and torchvision's style, are pooled to 4x4. Names: conv, fc1, fc2.
class AuxiliaryHeadImpl : public torch::nn::Cloneable<AuxiliaryHeadImpl> {
 public:
  AuxiliaryHeadImpl(std::int64_t channels, std::int64_t num_classes, const GoogLeNetStyle& style);
  void reset() override;
  torch::Tensor forward(const torch::Tensor& maps);  // [N, channels, H, W] -> [N, num_classes]

 private:
  std::int64_t channels_;
  std::int64_t num_classes_;
  GoogLeNetStyle style_;
  ConvBlock conv_{nullptr};
  FastLinear fc1_{nullptr};
  FastLinear fc2_{nullptr};
};
TORCH_MODULE(AuxiliaryHead);

}  // namespace topfive::models
