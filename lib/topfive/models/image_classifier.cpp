#include "topfive/models/image_classifier.h"

#include "topfive/base/error.h"

namespace topfive::models {

void ImageClassifier::set_activation_checkpointing(bool on) {
  if (on && !has_blocks()) {
    throw base::UserError(base::ExitCode::kConfig,
                          "activation checkpointing needs a network of repeated blocks (vgg, googlenet, resnet, vit); "
                          "set train.activation_checkpointing to false");
  }
  checkpoints_blocks_ = on;
}

}  // namespace topfive::models
