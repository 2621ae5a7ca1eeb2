// The variants of LeNet-5, and the layers that only the network of 1998 has.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include <torch/nn/module.h>
#include <torch/types.h>

#include "topfive/models/lenet.h"

namespace topfive::models {

// f(a) = 1.7159 tanh(2 a / 3), which maps 1 to 1 and has its largest curvature there (appendix A).
torch::Tensor scaled_tanh(const torch::Tensor& values);

// Pictures of 28 x 28 get two pixels of `value` on each side; 32 x 32 stay.
torch::Tensor pad_to_32(const torch::Tensor& images, double value);

// Table I: which of the six maps of S2 feed each of the sixteen maps of C3, 60 connections in all.
const std::array<std::vector<std::int64_t>, 16>& c3_connections();

// The third layer. weight: [60, 5, 5], one filter per connection, in the order of the table; bias:
// [16].
class PartialConvolution : public torch::nn::Module {
 public:
  PartialConvolution();
  torch::Tensor forward(const torch::Tensor& maps);  // [N, 6, H, W] -> [N, 16, H - 4, W - 4]

 private:
  torch::Tensor weight_;
  torch::Tensor bias_;
  torch::Tensor places_;  // [60], index of each connection in the dense [16 * 6] filters
};

// Mean of 2 x 2, times a trainable coefficient, plus a trainable bias, both per map. With the mean
// instead of the paper's sum the coefficient is four times as large; the function is the same.
class Subsampling : public torch::nn::Module {
 public:
  explicit Subsampling(std::int64_t maps);
  torch::Tensor forward(const torch::Tensor& maps);  // [N, C, H, W] -> [N, C, H / 2, W / 2]

 private:
  torch::Tensor coefficient_;
  torch::Tensor bias_;
};

// Minus the squared distance to fixed codes of plus and minus one: stylised digits of 7 x 12
// pixels, row by row.
class RadialOutput : public torch::nn::Module {
 public:
  RadialOutput();
  torch::Tensor forward(const torch::Tensor& states);  // [N, 84] -> [N, 10]

 private:
  torch::Tensor codes_;  // [10, 84]
};

torch::Tensor digit_codes();  // [10, 84], plus one where the digit is drawn, minus one elsewhere

std::shared_ptr<ImageClassifier> make_lenet_1998(const LeNetConfig& config);
std::shared_ptr<ImageClassifier> make_lenet_modern(const LeNetConfig& config);

}  // namespace topfive::models
