// VGG: Simonyan, Zisserman, "Very deep convolutional networks for large-scale image recognition", arXiv 1409.1556.
//
// Table 1's configurations A, A-LRN, B, C, D and E (11, 11, 13, 16, 16 and 19 layers with weights), and the "shallow B"
// of section 4.1, in which each pair of 3x3 convolutions is one 5x5. With batch normalisation as torchvision has it:
// after every convolution, which keeps its bias.
//
// Names equal torchvision's vgg11 (A), vgg13 (B), vgg16 (D), vgg19 (E) and their _bn forms: features.N, classifier.0,
// .3 and .6. Any picture size from 32 pixels on: an adaptive pooling makes 7x7 of the last maps, as in torchvision.
#pragma once

#include <memory>

#include "topfive/base/config_fields.h"
#include "topfive/models/activation.h"
#include "topfive/models/image_classifier.h"

namespace topfive::models {

enum class VggConfiguration { kA, kALrn, kB, kC, kD, kE, kShallowB };
enum class VggInit {
  kTorchvision,   // He et al. 2015 by the outputs; linear layers N(0, 0.01); biases 0
  kPaper,         // N(0, variance 0.01), biases 0 (section 3.1)
  kGlorot,        // Glorot's uniform, which the authors' footnote recommends; biases 0
  kTorchDefault,  // what LibTorch's layers draw themselves
};

struct VggConfig {
  VggConfiguration configuration = VggConfiguration::kD;
  bool batch_norm = false;
  int num_classes = 1000;
  int input_channels = 3;
  int image_size = 224;  // nominal: what tables are computed for
  double dropout = 0.5;
  ActivationKind activation = ActivationKind::kRelu;
  VggInit init = VggInit::kTorchvision;
  static const base::Fields<VggConfig>& fields();
};

std::shared_ptr<ImageClassifier> make_vgg(const VggConfig& config);

}  // namespace topfive::models
