// ResNet: He et al., "Deep residual learning for image recognition", arXiv 1512.03385.
//
// Family imagenet: depths 18 and 34 of two 3x3 convolutions a block, 50, 101 and 152 of bottlenecks (table 1). Family
// cifar: depth 6n + 2, stages of 16, 32 and 64 channels (section 4.2). `plain` is the same network without shortcuts.
// The stride is in the 3x3 convolution as in torchvision ("v1.5"), or in the first 1x1 as in the paper.
//
// Shortcuts where the size changes (section 4.1): A, every second pixel and zeros for the new channels; B, a 1x1
// convolution; C, a 1x1 convolution in every block.
//
// With anti_aliased_stride a strided convolution in a block runs dense, and its activations go through blur_pool; so
// does the stem's max pooling. Shortcuts keep their stride. That is timm's resnetblur50.
//
// Names equal torchvision's: conv1, bn1, layer1.0.conv1, .bn1, .downsample.0, .downsample.1, fc. Any picture size from
// 32 pixels on (family cifar: 8).
#pragma once

#include <memory>

#include "topfive/base/config_fields.h"
#include "topfive/models/activation.h"
#include "topfive/models/image_classifier.h"

namespace topfive::models {

enum class ResNetFamily { kImageNet, kCifar };
enum class ResNetStride { k3x3, kFirst1x1 };
// kAuto: B for imagenet, A for cifar, as in the paper's tables.
enum class ResNetShortcut { kAuto, kA, kB, kC };
enum class ResNetInit {
  kTorchvision,   // He et al. 2015 by the outputs
  kPaper,         // He et al. 2015 by the inputs (section 3.4)
  kTorchDefault,  // what LibTorch's layers draw themselves
};

struct ResNetConfig {
  ResNetFamily family = ResNetFamily::kImageNet;
  int depth = 50;
  bool plain = false;
  ResNetStride stride_in = ResNetStride::k3x3;
  ResNetShortcut shortcut = ResNetShortcut::kAuto;
  int num_classes = 1000;
  int input_channels = 3;
  int image_size = 0;  // nominal, what tables are computed for; 0: 224, or 32 for family cifar
  bool zero_init_last_gamma = false;
  bool anti_aliased_stride = false;
  double stochastic_depth = 0.0;
  ActivationKind activation = ActivationKind::kRelu;
  ResNetInit init = ResNetInit::kTorchvision;
  static const base::Fields<ResNetConfig>& fields();
};

int nominal_image_size(const ResNetConfig& config);

std::shared_ptr<ImageClassifier> make_resnet(const ResNetConfig& config);

}  // namespace topfive::models
