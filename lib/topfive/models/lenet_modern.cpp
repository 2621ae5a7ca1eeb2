#include <torch/torch.h>

#include "topfive/models/lenet_parts.h"

namespace topfive::models {
namespace {

using torch::Tensor;
using torch::nn::Conv2d;
using torch::nn::Conv2dOptions;
using torch::nn::Linear;

class LeNetModern : public ImageClassifier {
 public:
  explicit LeNetModern(const LeNetConfig& config)
      : ImageClassifier("LeNetModern"), padding_value_(config.padding_value) {
    conv1_ = register_module("conv1", Conv2d(Conv2dOptions(config.input_channels, 6, 5)));
    conv2_ = register_module("conv2", Conv2d(Conv2dOptions(6, 16, 5)));
    fc1_ = register_module("fc1", Linear(16 * 5 * 5, 120));
    fc2_ = register_module("fc2", Linear(120, 84));
    fc3_ = register_module("fc3", Linear(84, config.num_classes));
  }

  Prediction forward(const Tensor& images) override {
    Tensor x = pad_to_32(images, padding_value_);               // [N, C, 32, 32]
    x = torch::max_pool2d(conv1_->forward(x), {2, 2}).relu_();  // [N, 6, 14, 14]
    x = torch::max_pool2d(conv2_->forward(x), {2, 2}).relu_();  // [N, 16, 5, 5]
    x = fc1_->forward(x.flatten(1)).relu_();                    // [N, 120]
    x = fc2_->forward(x).relu_();                               // [N, 84]
    return {fc3_->forward(x), {}};
  }

 private:
  double padding_value_;
  Conv2d conv1_{nullptr};
  Conv2d conv2_{nullptr};
  Linear fc1_{nullptr};
  Linear fc2_{nullptr};
  Linear fc3_{nullptr};
};

}  // namespace

std::shared_ptr<ImageClassifier> make_lenet_modern(const LeNetConfig& config) {
  return std::make_shared<LeNetModern>(config);
}

}  // namespace topfive::models
