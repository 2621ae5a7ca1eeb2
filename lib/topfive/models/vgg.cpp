#include "topfive/models/vgg.h"

#include <cmath>
#include <utility>
#include <vector>

#include <torch/torch.h>

#include "topfive/models/activation_checkpoint.h"
#include "topfive/models/batch_norm.h"
#include "topfive/models/fast_linear.h"
#include "topfive/models/initialisation.h"
#include "topfive/models/local_response_norm.h"

namespace topfive::models {
namespace {

using torch::Tensor;
using torch::nn::Conv2d;
using torch::nn::Conv2dOptions;

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
    Tensor x = images;
    for (auto& stage : stages_) x = run_block(checkpoints_blocks(), *stage, x);  // [N, 512, 7, 7] at 224
    x = torch::adaptive_avg_pool2d(x, {kPooledSide, kPooledSide});               // [N, 512, 7, 7]
    return {classifier_->forward(x.flatten(1)), {}};
  }

  bool has_blocks() const override { return true; }

 private:
  torch::nn::Sequential make_features(const VggConfig& config) {
    torch::nn::Sequential layers;
    const auto add = [&](const auto& layer) {
      layers->push_back(layer);
      stages_.back()->push_back(layer);
    };
    std::int64_t channels = config.input_channels;
    for (const Stage& stage : stages_of(config.configuration)) {
      const bool first = stages_.empty();
      stages_.emplace_back();
      for (const PlannedConv& conv : stage) {
        add(Conv2d(Conv2dOptions(channels, conv.channels, conv.filter).padding(conv.filter / 2)));
        add_norm_and_activation(config, conv.channels, add);
        if (first && config.configuration == VggConfiguration::kALrn) add(VggResponseNorm());
        channels = conv.channels;
      }
      add(torch::nn::MaxPool2d(torch::nn::MaxPool2dOptions(2).stride(2)));
    }
    return layers;
  }

  // Where the norm rectifies, an empty place keeps the numbers of the layers, which are the parameters' names.
  template <class Add>
  static void add_norm_and_activation(const VggConfig& config, std::int64_t channels, const Add& add) {
    const bool norm_rectifies = config.batch_norm && config.activation == ActivationKind::kRelu;
    if (config.batch_norm) add(BatchNorm(BatchNormPlan{.channels = channels, .relu = norm_rectifies}));
    if (norm_rectifies) {
      add(torch::nn::Identity());
    } else {
      add(ActivationLayer(config.activation, channels));
    }
  }

  static torch::nn::Sequential make_classifier(const VggConfig& config) {
    const ActivationKind activation = config.activation;
    return torch::nn::Sequential(FastLinear(512 * kPooledSide * kPooledSide, kHidden),
                                 ActivationLayer(activation, kHidden), torch::nn::Dropout(config.dropout),
                                 FastLinear(kHidden, kHidden), ActivationLayer(activation, kHidden),
                                 torch::nn::Dropout(config.dropout), FastLinear(kHidden, config.num_classes));
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

  // The layers of features_ once more, stage by stage; not registered, or they would have a second name.
  std::vector<torch::nn::Sequential> stages_;
  torch::nn::Sequential features_{nullptr};
  torch::nn::Sequential classifier_{nullptr};
};

}  // namespace

std::shared_ptr<ImageClassifier> make_vgg(const VggConfig& config) { return std::make_shared<Vgg>(config); }

}  // namespace topfive::models
