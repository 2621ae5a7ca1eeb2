#include "topfive/models/googlenet.h"

#include <array>

#include <torch/torch.h>

#include "topfive/models/activation_checkpoint.h"
#include "topfive/models/fast_linear.h"
#include "topfive/models/googlenet_parts.h"
#include "topfive/models/initialisation.h"
#include "topfive/models/local_response_norm.h"

namespace topfive::models {
namespace {

using torch::Tensor;
using torch::nn::Conv2dOptions;

struct PlannedInception {
  const char* name;
  InceptionWidths widths;
};

// Table 1 from 3a to 5b.
constexpr std::array<PlannedInception, 9> kInceptions = {{{"inception3a", {64, 96, 128, 16, 32, 32}},
                                                          {"inception3b", {128, 128, 192, 32, 96, 64}},
                                                          {"inception4a", {192, 96, 208, 16, 48, 64}},
                                                          {"inception4b", {160, 112, 224, 24, 64, 64}},
                                                          {"inception4c", {128, 128, 256, 24, 64, 64}},
                                                          {"inception4d", {112, 144, 288, 32, 64, 64}},
                                                          {"inception4e", {256, 160, 320, 32, 128, 128}},
                                                          {"inception5a", {256, 160, 320, 32, 128, 128}},
                                                          {"inception5b", {384, 192, 384, 48, 128, 128}}}};
constexpr std::size_t k3b = 1;
constexpr std::size_t k4a = 2;
constexpr std::size_t k4d = 5;
constexpr std::size_t k4e = 6;

// Every pooling of the network rounds up: 112, 56, 28, 14, 7.
Tensor pool(const Tensor& maps, std::int64_t side) {
  return torch::max_pool2d(maps, {side, side}, {2, 2}, {0, 0}, {1, 1}, /*ceil_mode=*/true);
}

// Undoes ImageNet's normalisation and scales to [-1, 1], channel by channel.
Tensor to_unit_range(const Tensor& images) {
  const auto scale = torch::tensor({0.229, 0.224, 0.225}, images.options()).view({1, 3, 1, 1}) / 0.5;
  const auto shift = (torch::tensor({0.485, 0.456, 0.406}, images.options()).view({1, 3, 1, 1}) - 0.5) / 0.5;
  return images * scale + shift;
}

class GoogLeNet : public ImageClassifier {
 public:
  explicit GoogLeNet(const GoogLeNetConfig& config) : ImageClassifier("GoogLeNet"), config_(config) {
    const GoogLeNetStyle style = style_of(config);
    conv1_ =
        register_module("conv1", ConvBlock(Conv2dOptions(config.input_channels, 64, 7).stride(2).padding(3), style));
    conv2_ = register_module("conv2", ConvBlock(Conv2dOptions(64, 64, 1), style));
    conv3_ = register_module("conv3", ConvBlock(Conv2dOptions(64, 192, 3).padding(1), style));
    std::int64_t channels = 192;
    for (std::size_t i = 0; i < kInceptions.size(); ++i) {
      const auto& [name, widths] = kInceptions[i];
      inceptions_[i] = register_module(name, Inception(channels, widths, style));
      channels = widths.sum();
    }
    if (config.auxiliary_heads) {
      aux1_ = register_module("aux1", AuxiliaryHead(kInceptions[k4a].widths.sum(), config.num_classes, style));
      aux2_ = register_module("aux2", AuxiliaryHead(kInceptions[k4d].widths.sum(), config.num_classes, style));
    }
    fc_ = register_module("fc", FastLinear(channels, config.num_classes));
    initialise_layers();
  }

  Prediction forward(const Tensor& images) override {
    const bool with_heads = is_training() && config_.auxiliary_heads;
    Prediction prediction;
    Tensor x = stem(config_.transform_input ? to_unit_range(images) : images);  // [N, 192, 28, 28] at 224 pixels
    for (std::size_t i = 0; i < kInceptions.size(); ++i) {
      x = run_block(checkpoints_blocks(), *inceptions_[i], x);
      if (with_heads && i == k4a) prediction.auxiliary_logits.push_back(aux1_->forward(x));
      if (with_heads && i == k4d) prediction.auxiliary_logits.push_back(aux2_->forward(x));
      if (i == k3b) x = pool(x, 3);                                                          // [N, 480, 14, 14]
      if (i == k4e) x = pool(x, config_.variant == GoogLeNetVariant::kTorchvision ? 2 : 3);  // [N, 832, 7, 7]
    }
    x = torch::adaptive_avg_pool2d(x, {1, 1}).flatten(1);  // [N, 1024]
    prediction.logits = fc_->forward(torch::dropout(x, config_.dropout, is_training()));
    return prediction;
  }

  bool has_blocks() const override { return true; }

 private:
  Tensor stem(const Tensor& images) {
    Tensor x = normalise(pool(conv1_->forward(images), 3));  // [N, 64, 56, 56]
    x = normalise(conv3_->forward(conv2_->forward(x)));      // [N, 192, 56, 56]
    return pool(x, 3);
  }

  Tensor normalise(const Tensor& maps) const {
    if (config_.variant != GoogLeNetVariant::kPaper) return maps;
    return local_response_norm(maps, {5, 1e-4, 0.75, 1.0, 1});
  }

  void initialise_layers() {
    GoogLeNetInit init = config_.init;
    if (init == GoogLeNetInit::kAuto) {
      init = config_.variant == GoogLeNetVariant::kPaper ? GoogLeNetInit::kBvlc : GoogLeNetInit::kTorchvision;
    }
    if (init == GoogLeNetInit::kTorchDefault) return;
    for (const auto& layer : modules(false)) {
      if (auto* conv = layer->as<torch::nn::Conv2dImpl>()) draw(init, conv->weight, conv->bias);
      if (auto* linear = layer->as<torch::nn::LinearImpl>()) draw(init, linear->weight, linear->bias);
    }
  }

  static void draw(GoogLeNetInit init, const Tensor& weight, const Tensor& bias) {
    if (init == GoogLeNetInit::kTorchvision) {
      draw_normal(weight, 0.01);
      return;
    }
    draw_glorot(weight);
    if (bias.defined()) set_constant(bias, 0.2);
  }

  GoogLeNetConfig config_;
  ConvBlock conv1_{nullptr};
  ConvBlock conv2_{nullptr};
  ConvBlock conv3_{nullptr};
  std::array<Inception, kInceptions.size()> inceptions_{nullptr, nullptr, nullptr, nullptr, nullptr,
                                                        nullptr, nullptr, nullptr, nullptr};
  AuxiliaryHead aux1_{nullptr};
  AuxiliaryHead aux2_{nullptr};
  FastLinear fc_{nullptr};
};

}  // namespace

std::shared_ptr<ImageClassifier> make_googlenet(const GoogLeNetConfig& config) {
  return std::make_shared<GoogLeNet>(config);
}

}  // namespace topfive::models
