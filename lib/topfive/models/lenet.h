// LeNet-5: LeCun, Bottou, Bengio, Haffner, "Gradient-based learning applied to document
// recognition", Proc. IEEE 1998.
//
//   1998    section II.B to the letter: partly connected third layer, trainable subsampling, scaled
//   hyperbolic tangent,
//           fixed output codes. 60,000 trainable parameters. Names: c1, c3, c5, f6 (.weight,
//           .bias), s2, s4
//           (.coefficient, .bias); the codes are the buffer "output.codes".
//   modern  the same sizes as they are usually built today: fully connected third layer, max
//   pooling, rectifiers, a
//           linear output. 61,706 parameters for one channel and ten classes. Names: conv1, conv2,
//           fc1, fc2, fc3.
//
// Both take pictures of 28 x 28, which they pad to 32 x 32 with `padding_value`, or of 32 x 32.
//
// The output units of 1998 measure the squared distance between the 84 states of F6 and a class's
// code. The logits are minus that distance: the nearest code is the largest logit, and
// cross-entropy on them is the paper's discriminative criterion without its constant for the
// rubbish class.
#pragma once

#include <memory>

#include "topfive/base/config_fields.h"
#include "topfive/models/image_classifier.h"

namespace topfive::models {

enum class LeNetVariant { k1998, kModern };

struct LeNetConfig {
  LeNetVariant variant = LeNetVariant::k1998;
  int num_classes = 10;
  int input_channels = 1;
  double padding_value = -0.1;
  static const base::Fields<LeNetConfig>& fields();
};

std::shared_ptr<ImageClassifier> make_lenet(const LeNetConfig& config);

}  // namespace topfive::models
