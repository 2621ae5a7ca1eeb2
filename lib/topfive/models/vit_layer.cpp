#include "topfive/models/vit_layer.h"

#include <torch/torch.h>

#include "topfive/models/fast_linear.h"
#include "topfive/models/stochastic_depth.h"

namespace topfive::models {
namespace {

using torch::Tensor;
using torch::nn::Dropout;

torch::nn::LayerNorm layer_norm(std::int64_t width) {
  return torch::nn::LayerNorm(torch::nn::LayerNormOptions({width}).eps(kVitNormEpsilon));
}

// Tokens are [N, tokens, units], so that PReLU's channels would be the tokens: one slope serves all units.
constexpr std::int64_t kSharedSlope = 1;

}  // namespace

SelfAttentionImpl::SelfAttentionImpl(const VitLayerPlan& plan) : plan_(plan) { reset(); }

void SelfAttentionImpl::reset() {
  const std::int64_t width = plan_.width;
  in_proj_weight = register_parameter("in_proj_weight", torch::empty({3 * width, width}));
  in_proj_bias = register_parameter("in_proj_bias", torch::zeros({3 * width}));
  out_proj = register_module("out_proj", FastLinear(width, width));
}

Tensor SelfAttentionImpl::forward(const Tensor& tokens) {
  const std::int64_t pictures = tokens.size(0);
  const std::int64_t count = tokens.size(1);
  const auto projected = fast_linear(tokens, in_proj_weight, in_proj_bias)
                             .view({pictures, count, 3, plan_.heads, plan_.width / plan_.heads})
                             .permute({2, 0, 3, 1, 4});  // [3, N, heads, tokens, width / heads]
  const double dropout = is_training() ? plan_.attention_dropout : 0.0;
  const auto attended = at::scaled_dot_product_attention(projected[0], projected[1], projected[2], {}, dropout);
  return out_proj->forward(attended.transpose(1, 2).reshape({pictures, count, plan_.width}));
}

VitLayerImpl::VitLayerImpl(const VitLayerPlan& plan) : plan_(plan) { reset(); }

void VitLayerImpl::reset() {
  const std::int64_t hidden = 4 * plan_.width;
  ln_1_ = register_module("ln_1", layer_norm(plan_.width));
  self_attention = register_module("self_attention", SelfAttention(plan_));
  ln_2_ = register_module("ln_2", layer_norm(plan_.width));
  mlp = register_module(
      "mlp", torch::nn::Sequential(FastLinear(plan_.width, hidden), ActivationLayer(plan_.activation, kSharedSlope),
                                   Dropout(plan_.dropout), FastLinear(hidden, plan_.width), Dropout(plan_.dropout)));
}

Tensor VitLayerImpl::forward(const Tensor& tokens) {
  Tensor branch = self_attention->forward(ln_1_->forward(tokens));
  branch = torch::dropout(branch, plan_.dropout, is_training());
  const Tensor x = tokens + stochastic_depth(branch, plan_.drop_rate, is_training());
  return x + stochastic_depth(mlp->forward(ln_2_->forward(x)), plan_.drop_rate, is_training());
}

}  // namespace topfive::models
