// GoogLeNet: Szegedy et al., "Going deeper with convolutions", arXiv 1409.4842.
//
//   paper        table 1 as printed: 5x5 filters in the third branch, response normalisation around the second and
//                third convolution, biases, no batch normalisation. 6,998,552 parameters, 13,378,280 with the two
//                auxiliary heads. The response normalisation has the constants of the BVLC reproduction.
//   torchvision  torchvision's googlenet, whose weights come from another code base: batch normalisation (eps 1e-3),
//                3x3 filters in the place of the 5x5, a 2x2 pooling before 5a, heads on an adaptive pooling.
//                6,624,904 and 13,004,888 parameters; weights exchangeable with Python.
//   bn           the paper's filters and poolings with batch normalisation. 7,005,832 and 13,385,816 parameters.
//
// Names equal torchvision's: conv1.conv, inception3a.branch1.conv, .branch2.0, aux1.fc1, fc and so on. Any picture
// size from 32 pixels on. The auxiliary logits (after 4a, after 4d) come in training mode only; their weight of 0.3 is
// the loss's (section 5).
#pragma once

#include <memory>

#include "topfive/base/config_fields.h"
#include "topfive/models/activation.h"
#include "topfive/models/image_classifier.h"

namespace topfive::models {

enum class GoogLeNetVariant { kPaper, kTorchvision, kBn };
enum class GoogLeNetInit {
  kAuto,          // bvlc in variant paper, torchvision in the others
  kBvlc,          // Glorot's uniform, biases 0.2
  kTorchvision,   // N(0, 0.01)
  kTorchDefault,  // what LibTorch's layers draw themselves
};

struct GoogLeNetConfig {
  GoogLeNetVariant variant = GoogLeNetVariant::kPaper;
  int num_classes = 1000;
  int input_channels = 3;
  int image_size = 224;  // nominal: what tables are computed for
  bool auxiliary_heads = true;
  bool transform_input = false;  // variant torchvision's weights want pictures scaled to [-1, 1]
  double dropout = 0.4;
  double auxiliary_dropout = 0.7;
  ActivationKind activation = ActivationKind::kRelu;
  GoogLeNetInit init = GoogLeNetInit::kAuto;
  static const base::Fields<GoogLeNetConfig>& fields();
};

std::shared_ptr<ImageClassifier> make_googlenet(const GoogLeNetConfig& config);

}  // namespace topfive::models
