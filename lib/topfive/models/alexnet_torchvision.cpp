#include <torch/torch.h>

#include "topfive/models/alexnet_parts.h"
#include "topfive/models/fast_linear.h"

namespace topfive::models {
namespace {

using torch::Tensor;
using torch::nn::Conv2d;
using torch::nn::Conv2dOptions;
using torch::nn::Dropout;
using torch::nn::MaxPool2d;
using torch::nn::MaxPool2dOptions;
using torch::nn::Sequential;

MaxPool2d pool() { return MaxPool2d(MaxPool2dOptions(3).stride(2)); }

// The layers stand in two Sequentials at the positions that give the parameters their names in
// torchvision.
class AlexNetTorchvision : public ImageClassifier {
 public:
  explicit AlexNetTorchvision(const AlexNetConfig& config) : ImageClassifier("AlexNetTorchvision") {
    make_layers(config);
    auto& c = layers_.convs;
    auto& l = layers_.linears;
    const auto act = [&](std::int64_t channels) { return ActivationLayer(config.activation, channels); };
    features_ = register_module("features", Sequential(c[0], act(64), pool(), c[1], act(192), pool(), c[2], act(384),
                                                       c[3], act(256), c[4], act(256), pool()));
    classifier_ = register_module("classifier", Sequential(Dropout(config.dropout), l[0], act(4096),
                                                           Dropout(config.dropout), l[1], act(4096), l[2]));
    initialise(layers_, config.init);
  }

  Prediction forward(const Tensor& images) override {
    Tensor x = features_->forward(images);      // [N, 256, 6, 6] at 224 pixels
    x = torch::adaptive_avg_pool2d(x, {6, 6});  // [N, 256, 6, 6]
    return {classifier_->forward(x.flatten(1)), {}};
  }

 private:
  void make_layers(const AlexNetConfig& config) {
    layers_.convs[0] = Conv2d(Conv2dOptions(config.input_channels, 64, 11).stride(4).padding(2));
    layers_.convs[1] = Conv2d(Conv2dOptions(64, 192, 5).padding(2));
    layers_.convs[2] = Conv2d(Conv2dOptions(192, 384, 3).padding(1));
    layers_.convs[3] = Conv2d(Conv2dOptions(384, 256, 3).padding(1));
    layers_.convs[4] = Conv2d(Conv2dOptions(256, 256, 3).padding(1));
    layers_.linears[0] = FastLinear(256 * 6 * 6, 4096);
    layers_.linears[1] = FastLinear(4096, 4096);
    layers_.linears[2] = FastLinear(4096, config.num_classes);
  }

  AlexNetLayers layers_;
  Sequential features_{nullptr};
  Sequential classifier_{nullptr};
};

}  // namespace

std::shared_ptr<ImageClassifier> make_alexnet_torchvision(const AlexNetConfig& config) {
  return std::make_shared<AlexNetTorchvision>(config);
}

}  // namespace topfive::models
