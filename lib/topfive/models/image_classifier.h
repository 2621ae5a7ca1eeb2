// What every network of this tool is: pictures in, one score per class out.
#pragma once

#include <memory>
#include <vector>

#include <torch/nn/module.h>
#include <torch/types.h>

namespace topfive::models {

struct Prediction {
  torch::Tensor logits;                         // [N, num_classes]
  std::vector<torch::Tensor> auxiliary_logits;  // each [N, num_classes]; in training mode only, usually empty
};

// Parameter names equal torchvision's; a contract test pins them.
class ImageClassifier : public torch::nn::Module {
 public:
  using torch::nn::Module::Module;
  // images: [N, C, H, W], normalised, channels-last memory format preferred.
  virtual Prediction forward(const torch::Tensor& images) = 0;

  // Whether the network is made of blocks that can be computed a second time in the backward pass.
  virtual bool has_blocks() const { return false; }
  // Keeps only the inputs of the blocks for the backward pass (see activation_checkpoint). UserError(kConfig) where the
  // network has no blocks.
  void set_activation_checkpointing(bool on);

 protected:
  bool checkpoints_blocks() const { return checkpoints_blocks_; }

 private:
  bool checkpoints_blocks_ = false;
};

}  // namespace topfive::models
