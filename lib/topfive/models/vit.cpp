#include "topfive/models/vit.h"

#include <cmath>
#include <string>
#include <vector>

#include <torch/torch.h>

#include "topfive/models/activation_checkpoint.h"
#include "topfive/models/fast_linear.h"
#include "topfive/models/initialisation.h"
#include "topfive/models/vit_layer.h"
#include "topfive/models/vit_positions.h"

namespace topfive::models {
namespace {

using torch::Tensor;
using torch::nn::Conv2d;
using torch::nn::Conv2dOptions;

constexpr double kSmallStd = 0.02;

struct Dimensions {
  std::int64_t width;
  std::int64_t layers;
  std::int64_t heads;
};

Dimensions dimensions_of(VitSize size) {
  switch (size) {
    case VitSize::kTi:
      return {192, 12, 3};
    case VitSize::kS:
      return {384, 12, 6};
    case VitSize::kB:
      return {768, 12, 12};
    case VitSize::kL:
      return {1024, 24, 16};
    case VitSize::kH:
      return {1280, 32, 16};
  }
  TORCH_CHECK(false, "unknown size of a vision transformer");
}

bool has_class_token(const VitConfig& config) { return config.pool == VitPool::kClassToken; }

// Positions, layers, last norm.
class VitEncoderImpl : public torch::nn::Module {
 public:
  explicit VitEncoderImpl(const VitConfig& config) : config_(config) {
    const Dimensions size = dimensions_of(config.size);
    const std::int64_t side = config.image_size / config.patch_size;
    const std::int64_t tokens = side * side + (has_class_token(config) ? 1 : 0);
    if (config.positions == VitPositions::kLearned) {
      positions_ = register_parameter("pos_embedding", torch::empty({1, tokens, size.width}));
      draw_normal(positions_, kSmallStd);
    } else {
      positions_ = register_buffer("pos_embedding", sincos_positions(side, size.width, has_class_token(config)));
    }
    auto stack = register_module("layers", torch::nn::Sequential());
    for (std::int64_t i = 0; i < size.layers; ++i) {
      // From 0 in the first layer to the full rate in the last, as timm.
      const double depth_fraction = static_cast<double>(i) / static_cast<double>(size.layers - 1);
      layers_.emplace_back(VitLayerPlan{size.width, size.heads, config.dropout, config.attention_dropout,
                                        config.stochastic_depth * depth_fraction, config.activation});
      stack->push_back("encoder_layer_" + std::to_string(i), layers_.back());
    }
    ln_ = register_module("ln", torch::nn::LayerNorm(torch::nn::LayerNormOptions({size.width}).eps(kVitNormEpsilon)));
  }

  Tensor forward(const Tensor& tokens, bool with_checkpoints) {
    Tensor x = torch::dropout(tokens + positions_, config_.dropout, is_training());
    for (auto& layer : layers_) x = run_block(with_checkpoints, *layer, x);
    return ln_->forward(x);
  }

  std::vector<VitLayer>& layers() { return layers_; }

 private:
  VitConfig config_;
  Tensor positions_;
  std::vector<VitLayer> layers_;
  torch::nn::LayerNorm ln_{nullptr};
};
TORCH_MODULE(VitEncoder);

class Vit : public ImageClassifier {
 public:
  explicit Vit(const VitConfig& config) : ImageClassifier("Vit"), config_(config) {
    const std::int64_t width = dimensions_of(config.size).width;
    if (has_class_token(config)) class_token_ = register_parameter("class_token", torch::zeros({1, 1, width}));
    conv_proj_ = register_module(
        "conv_proj", Conv2d(Conv2dOptions(config.input_channels, width, config.patch_size).stride(config.patch_size)));
    encoder_ = register_module("encoder", VitEncoder(config));
    auto heads = register_module("heads", torch::nn::Sequential());
    head_ = FastLinear(width, config.num_classes);
    heads->push_back("head", head_);
    initialise_layers();
  }

  Prediction forward(const Tensor& images) override {
    TORCH_CHECK(images.size(2) == config_.image_size && images.size(3) == config_.image_size, "ViT was built for ",
                config_.image_size, " pixels, got ", images.sizes());
    Tensor tokens = conv_proj_->forward(images).flatten(2).transpose(1, 2);  // [N, 196, 768] for B/16 at 224 pixels
    if (!has_class_token(config_)) return {head_->forward(encode(tokens).mean(1)), {}};
    tokens = torch::cat({class_token_.expand({images.size(0), -1, -1}).to(tokens.scalar_type()), tokens}, 1);
    return {head_->forward(encode(tokens).select(1, 0)), {}};
  }

  bool has_blocks() const override { return true; }

 private:
  Tensor encode(const Tensor& tokens) { return encoder_->forward(tokens, checkpoints_blocks()); }

  void initialise_layers() {
    const bool timm = config_.init == VitInit::kTimm;
    const double fan_in = static_cast<double>(conv_proj_->weight[0].numel());
    draw_normal(conv_proj_->weight, timm ? kSmallStd : std::sqrt(1.0 / fan_in));
    set_constant(conv_proj_->bias, 0.0);
    if (timm && class_token_.defined()) draw_normal(class_token_, kSmallStd);
    for (auto& layer : encoder_->layers()) initialise_layer(*layer, timm);
    if (timm) {
      draw_normal(head_->weight, kSmallStd);
    } else {
      set_constant(head_->weight, 0.0);
    }
    set_constant(head_->bias, 0.0);
  }

  static void initialise_layer(VitLayerImpl& layer, bool timm) {
    constexpr double kPerceptronBiasStd = 1e-6;
    SelfAttentionImpl& attention = *layer.self_attention;
    if (timm) {
      draw_normal(attention.in_proj_weight, kSmallStd);
      draw_normal(attention.out_proj->weight, kSmallStd);
    } else {
      draw_glorot(attention.in_proj_weight);
    }
    set_constant(attention.out_proj->bias, 0.0);
    for (const auto& part : layer.mlp->modules(false)) {
      auto* linear = part->as<torch::nn::LinearImpl>();
      if (linear == nullptr) continue;
      if (timm) {
        draw_normal(linear->weight, kSmallStd);
        set_constant(linear->bias, 0.0);
      } else {
        draw_glorot(linear->weight);
        draw_normal(linear->bias, kPerceptronBiasStd);
      }
    }
  }

  VitConfig config_;
  Tensor class_token_;
  Conv2d conv_proj_{nullptr};
  VitEncoder encoder_{nullptr};
  FastLinear head_{nullptr};
};

}  // namespace

std::shared_ptr<ImageClassifier> make_vit(const VitConfig& config) { return std::make_shared<Vit>(config); }

}  // namespace topfive::models
