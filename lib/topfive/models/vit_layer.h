// One layer of a vision transformer: attention, then a perceptron, each behind a norm and beside a shortcut.
#pragma once

#include <torch/nn/modules/container/sequential.h>
#include <torch/nn/modules/normalization.h>

#include "topfive/models/activation.h"
#include "topfive/models/fast_linear.h"

namespace topfive::models {

inline constexpr double kVitNormEpsilon = 1e-6;

struct VitLayerPlan {
  std::int64_t width = 768;
  std::int64_t heads = 12;
  double dropout = 0.0;
  double attention_dropout = 0.0;
  double drop_rate = 0.0;  // stochastic depth of both branches
  ActivationKind activation = ActivationKind::kGelu;
};

// Names: in_proj_weight [3 width, width] (queries, keys, values), in_proj_bias, out_proj.
class SelfAttentionImpl : public torch::nn::Cloneable<SelfAttentionImpl> {
 public:
  explicit SelfAttentionImpl(const VitLayerPlan& plan);
  void reset() override;
  torch::Tensor forward(const torch::Tensor& tokens);  // [N, tokens, width], the same

  torch::Tensor in_proj_weight;
  torch::Tensor in_proj_bias;
  FastLinear out_proj{nullptr};

 private:
  VitLayerPlan plan_;
};
TORCH_MODULE(SelfAttention);

// Names: ln_1, self_attention, ln_2, mlp.0, mlp.3.
class VitLayerImpl : public torch::nn::Cloneable<VitLayerImpl> {
 public:
  explicit VitLayerImpl(const VitLayerPlan& plan);
  void reset() override;
  torch::Tensor forward(const torch::Tensor& tokens);  // [N, tokens, width], the same

  SelfAttention self_attention{nullptr};
  torch::nn::Sequential mlp{nullptr};

 private:
  VitLayerPlan plan_;
  torch::nn::LayerNorm ln_1_{nullptr};
  torch::nn::LayerNorm ln_2_{nullptr};
};
TORCH_MODULE(VitLayer);

}  // namespace topfive::models
