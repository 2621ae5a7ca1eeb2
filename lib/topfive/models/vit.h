// Vision transformer: Dosovitskiy et al., "An image is worth 16x16 words", arXiv 2010.11929.
//
// Sizes Ti and S (Touvron et al., DeiT, arXiv 2012.12877), B, L and H (table 1), pre-norm, layer norm eps 1e-6. The
// pooling is a class token or the average over the patches after the last norm; positions are learned, or the fixed
// sines and cosines of Beyer et al., "Better plain ViT baselines", arXiv 2205.01580.
//
// Names equal torchvision's: class_token, conv_proj, encoder.pos_embedding, encoder.layers.encoder_layer_0.ln_1,
// .self_attention.in_proj_weight, .mlp.0, .mlp.3, encoder.ln, heads.head. Fixed positions are the buffer
// encoder.pos_embedding. Pictures must have the configured size; weights made for another size fit after
// resample_positions().
#pragma once

#include <memory>

#include "topfive/base/config_fields.h"
#include "topfive/models/activation.h"
#include "topfive/models/image_classifier.h"

namespace topfive::models {

enum class VitSize { kTi, kS, kB, kL, kH };
enum class VitPool { kClassToken, kAverage };
enum class VitPositions { kLearned, kSinCos2d };
enum class VitInit {
  kTorchvision,  // patches N(0, 1 / fan_in), attention and perceptron Glorot, head 0
  kTimm,         // N(0, 0.02), biases 0, as timm and DeiT
};

struct VitConfig {
  VitSize size = VitSize::kB;
  int patch_size = 16;
  int num_classes = 1000;
  int input_channels = 3;
  int image_size = 224;
  VitPool pool = VitPool::kClassToken;
  VitPositions positions = VitPositions::kLearned;
  double dropout = 0.0;
  double attention_dropout = 0.0;
  double stochastic_depth = 0.0;
  ActivationKind activation = ActivationKind::kGelu;
  VitInit init = VitInit::kTorchvision;
  static const base::Fields<VitConfig>& fields();
};

std::shared_ptr<ImageClassifier> make_vit(const VitConfig& config);

}  // namespace topfive::models
