#include "topfive/models/vgg.h"

#include <cmath>
#include <utility>
#include <vector>

#include <torch/torch.h>

#include "topfive/models/batch_norm.h"
#include "topfive/models/initialisation.h"
#include "topfive/models/local_response_norm.h"

namespace topfive::models {
namespace {

using torch::Tensor;
using torch::nn::Conv2d;
using torch::nn::Conv2dOptions;
using torch::nn::Linear;

constexpr std::int64_t kPooledSide = 7;
constexpr std::int64_t kHidden = 4096;

// One convolution, with the same size of maps before and after.
struct PlannedConv {
  std::int64_t channels;
  std::int64_t filter = 3;
};
using Stage = std::vector<PlannedConv>;  // ends with a 2x2 pooling

// The five stages of table 1.
std::vector<Stage> stages_of(VggConfiguration configuration) {
  switch (configuration) {
    case VggConfiguration::kA:
    case VggConfiguration::kALrn:
      return {{{64}}, {{128}}, {{256}, {256}}, {{512}, {512}}, {{512}, {512}}};
    case VggConfiguration::kB:
      return {{{64}, {64}}, {{128}, {128}}, {{256}, {256}}, {{512}, {512}}, {{512}, {512}}};
    case VggConfiguration::kC:
      return {
          {{64}, {64}}, {{128}, {128}}, {{256}, {256}, {256, 1}}, {{512}, {512}, {512, 1}}, {{512}, {512}, {512, 1}}};
    case VggConfiguration::kD:
      return {{{64}, {64}}, {{128}, {128}}, {{256}, {256}, {256}}, {{512}, {512}, {512}}, {{512}, {512}, {512}}};
    case VggConfiguration::kE:
      return {{{64}, {64}},
              {{128}, {128}},
              {{256}, {256}, {256}, {256}},
              {{512}, {512}, {512}, {512}},
              {{512}, {512}, {512}, {512}}};
    case VggConfiguration::kShallowB:
      return {{{64, 5}}, {{128, 5}}, {{256, 5}}, {{512, 5}}, {{512, 5}}};
  }
  TORCH_CHECK(false, "unknown VGG configuration");
}

// A-LRN's normalisation, with the constants of AlexNet's paper (section 2.1 refers to it).
class VggResponseNormImpl : public torch::nn::Cloneable<VggResponseNormImpl> {
 public:
  void reset() override {}
  Tensor forward(const Tensor& maps) { return local_response_norm(maps, {5, 5e-4, 0.75, 2.0, 1}); }
};
TORCH_MODULE(VggResponseNorm);

// The layers stand in two Sequentials at the positions that give the parameters their names in torchvision.
class Vgg : public ImageClassifier {
 public:
  explicit Vgg(const VggConfig& config) : ImageClassifier("Vgg") {
    features_ = register_module("features", make_features(config));
    classifier_ = register_module("classifier", make_classifier(config));
    if (config.init != VggInit::kTorchDefault) initialise_layers(config);
  }

  Prediction forward(const Tensor& images) override {
    Tensor x = features_->forward(images);                          // [N, 512, 7, 7] at 224 pixels
    x = torch::adaptive_avg_pool2d(x, {kPooledSide, kPooledSide});  // [N, 512, 7, 7]
    return {classifier_->forward(x.flatten(1)), {}};
  }

 private:
  torch::nn::Sequential make_features(const VggConfig& config) {
    torch::nn::Sequential layers;
    std::int64_t channels = config.input_channels;
    bool first = true;
    for (const Stage& stage : stages_of(config.configuration)) {
      for (const PlannedConv& conv : stage) {
        layers->push_back(Conv2d(Conv2dOptions(channels, conv.channels, conv.filter).padding(conv.filter / 2)));
        const bool norm_rectifies = config.batch_norm && config.activation == ActivationKind::kRelu;
        if (config.batch_norm) {
          layers->push_back(BatchNorm(BatchNormPlan{.channels = conv.channels, .relu = norm_rectifies}));
        }
        // An empty place keeps the numbers of the layers, which are the parameters' names.
        if (norm_rectifies) {
          layers->push_back(torch::nn::Identity());
        } else {
          layers->push_back(ActivationLayer(config.activation, conv.channels));
        }
        if (first && config.configuration == VggConfiguration::kALrn) layers->push_back(VggResponseNorm());
        channels = conv.channels;
        first = false;
      }
      layers->push_back(torch::nn::MaxPool2d(torch::nn::MaxPool2dOptions(2).stride(2)));
    }
    return layers;
  }

  static torch::nn::Sequential make_classifier(const VggConfig& config) {
    const ActivationKind activation = config.activation;
    return torch::nn::Sequential(Linear(512 * kPooledSide * kPooledSide, kHidden), ActivationLayer(activation, kHidden),
                                 torch::nn::Dropout(config.dropout), Linear(kHidden, kHidden),
                                 ActivationLayer(activation, kHidden), torch::nn::Dropout(config.dropout),
                                 Linear(kHidden, config.num_classes));
  }

  void initialise_layers(const VggConfig& config) {
    const double gain = activation_gain(config.activation);
    for (const auto& layer : features_->modules(false)) {
      if (auto* conv = layer->as<torch::nn::Conv2dImpl>()) draw(config.init, conv->weight, conv->bias, gain);
    }
    for (const auto& layer : classifier_->modules(false)) {
      if (auto* linear = layer->as<torch::nn::LinearImpl>()) draw(config.init, linear->weight, linear->bias, gain);
    }
  }

  static void draw(VggInit init, const Tensor& weight, const Tensor& bias, double gain) {
    constexpr double kPaperStd = 0.1;  // the paper gives the variance, 0.01
    constexpr double kLinearStd = 0.01;
    const bool is_linear = weight.dim() == 2;
    if (init == VggInit::kPaper) {
      draw_normal(weight, kPaperStd);
    } else if (init == VggInit::kGlorot) {
      draw_glorot(weight);
    } else if (is_linear) {
      draw_normal(weight, kLinearStd);
    } else {
      draw_he_by_outputs(weight, gain);
    }
    set_constant(bias, 0.0);
  }

  torch::nn::Sequential features_{nullptr};
  torch::nn::Sequential classifier_{nullptr};
};

}  // namespace

std::shared_ptr<ImageClassifier> make_vgg(const VggConfig& config) { return std::make_shared<Vgg>(config); }

}  // namespace topfive::models
