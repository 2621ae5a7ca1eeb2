// AlexNet: Krizhevsky, Sutskever, Hinton, "ImageNet classification with deep convolutional neural
// networks", NIPS 2012.
//
// Four variants, each of five convolutions and three fully connected layers:
//   2012         the paper's net, its two columns as groups: 60,965,224 parameters at 224 pixels
//   and 1000 classes.
//                Names: conv1 ... conv5, fc6, fc7, fc8, each .weight and .bias.
//   torchvision  Krizhevsky's one-column net of 2014 ("One weird trick", arXiv 1404.5997) as
//   torchvision has it:
//                61,100,840 parameters, any picture size from 63 on, weights exchangeable with
//                Python. Names: features.{0,3,6,8,10}, classifier.{1,4,6}.
//   half         one of the two columns alone, with all 256 filters in conv5: what the paper compares the two columns
//                with (section 3.2). 59,798,312 parameters. Names as 2012.
//   small        the same plan for pictures of 28 to 64 pixels. Names as 2012, and bn1 ... bn5 with
//   batch_norm.
#pragma once

#include <memory>

#include "topfive/base/config_fields.h"
#include "topfive/models/activation.h"
#include "topfive/models/image_classifier.h"

namespace topfive::models {

enum class AlexNetVariant { k2012, kTorchvision, kHalf, kSmall };
// kAuto: the paper's formula in variants 2012 and half, none in the others.
enum class LrnForm { kAuto, kPaper, kCode2012, kCaffe, kNone };
// kAuto: the paper's in variants 2012 and half, LibTorch's in torchvision, LeCun's in small.
enum class AlexNetInit { kAuto, kPaper, kCode2012, kCaffe, kHe, kLecun, kTorchDefault };

// Where the two columns of variant 2012 live, see alexnet_columns.h.
enum class AlexNetPlacement { kOneDevice, kTwoColumns };

struct AlexNetConfig {
  AlexNetVariant variant = AlexNetVariant::k2012;
  int num_classes = 1000;
  int input_channels = 3;
  int image_size = 224;  // the side of the square that variants 2012 and small are built for
  double dropout = 0.5;
  LrnForm lrn = LrnForm::kAuto;
  bool overlapping_pooling = true;
  AlexNetInit init = AlexNetInit::kAuto;
  bool batch_norm = false;  // variant small only
  ActivationKind activation = ActivationKind::kRelu;
  AlexNetPlacement placement = AlexNetPlacement::kOneDevice;
  static const base::Fields<AlexNetConfig>& fields();
};

// Initial weights come from LibTorch's default generator. The config must have passed its checks.
std::shared_ptr<ImageClassifier> make_alexnet(const AlexNetConfig& config);

}  // namespace topfive::models
