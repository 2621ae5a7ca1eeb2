#include <torch/torch.h>

#include "topfive/models/lenet_parts.h"

namespace topfive::models {
namespace {

using torch::Tensor;
using torch::nn::Conv2d;
using torch::nn::Conv2dOptions;
using torch::nn::Linear;

template <class Layer>
void draw_uniform(Layer& layer, double inputs) {
  torch::nn::init::uniform_(layer->weight, -2.4 / inputs, 2.4 / inputs);
  torch::nn::init::zeros_(layer->bias);
}

class LeNet1998 : public ImageClassifier {
 public:
  explicit LeNet1998(const LeNetConfig& config) : ImageClassifier("LeNet1998"), padding_value_(config.padding_value) {
    c1_ = register_module("c1", Conv2d(Conv2dOptions(1, 6, 5)));
    s2_ = register_module("s2", std::make_shared<Subsampling>(6));
    c3_ = register_module("c3", std::make_shared<PartialConvolution>());
    s4_ = register_module("s4", std::make_shared<Subsampling>(16));
    c5_ = register_module("c5", Conv2d(Conv2dOptions(16, 120, 5)));
    f6_ = register_module("f6", Linear(120, 84));
    output_ = register_module("output", std::make_shared<RadialOutput>());
    draw_uniform(c1_, 25);
    draw_uniform(c5_, 400);
    draw_uniform(f6_, 120);
  }

  Prediction forward(const Tensor& images) override {
    Tensor x = pad_to_32(images, padding_value_);  // [N, 1, 32, 32]
    x = scaled_tanh(c1_->forward(x));              // [N, 6, 28, 28]
    x = scaled_tanh(s2_->forward(x));              // [N, 6, 14, 14]
    x = scaled_tanh(c3_->forward(x));              // [N, 16, 10, 10]
    x = scaled_tanh(s4_->forward(x));              // [N, 16, 5, 5]
    x = scaled_tanh(c5_->forward(x));              // [N, 120, 1, 1]
    x = scaled_tanh(f6_->forward(x.flatten(1)));   // [N, 84]
    return {output_->forward(x), {}};
  }

 private:
  double padding_value_;
  Conv2d c1_{nullptr};
  std::shared_ptr<Subsampling> s2_;
  std::shared_ptr<PartialConvolution> c3_;
  std::shared_ptr<Subsampling> s4_;
  Conv2d c5_{nullptr};
  Linear f6_{nullptr};
  std::shared_ptr<RadialOutput> output_;
};

}  // namespace

std::shared_ptr<ImageClassifier> make_lenet_1998(const LeNetConfig& config) {
  return std::make_shared<LeNet1998>(config);
}

}  // namespace topfive::models
