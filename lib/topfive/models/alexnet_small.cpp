#include <string>

#include <torch/torch.h>

#include "topfive/models/alexnet_parts.h"
#include "topfive/models/batch_norm.h"
#include "topfive/models/fast_linear.h"

namespace topfive::models {
namespace {

using torch::Tensor;
using torch::nn::Conv2d;
using torch::nn::Conv2dOptions;

// AlexNet's plan at a width that one processor trains on in minutes: pooling after conv1, conv2 and
// conv5.
constexpr std::array<int, 5> kWidths = {32, 64, 96, 96, 64};
constexpr std::array<int, 5> kFilters = {5, 3, 3, 3, 3};
constexpr std::array<bool, 5> kPooled = {true, true, false, false, true};
constexpr int kHidden = 512;

int small_features_of_conv5(const AlexNetConfig& config) {
  int side = config.image_size;
  for (const bool pooled : kPooled) {
    if (pooled) side = max_pooled_size(side, config.overlapping_pooling);
  }
  return kWidths[4] * side * side;
}

class AlexNetSmall : public ImageClassifier {
 public:
  explicit AlexNetSmall(const AlexNetConfig& config) : ImageClassifier("AlexNetSmall"), config_(config) {
    int channels = config.input_channels;
    for (std::size_t i = 0; i < kWidths.size(); ++i) {
      const auto options = Conv2dOptions(channels, kWidths[i], kFilters[i]).padding(kFilters[i] / 2);
      const std::string number = std::to_string(i + 1);
      layers_.convs[i] = register_module("conv" + number, Conv2d(options));
      if (config.batch_norm) norms_[i] = register_module("bn" + number, BatchNorm(kWidths[i]));
      channels = kWidths[i];
    }
    layers_.linears[0] = register_module("fc6", FastLinear(small_features_of_conv5(config), kHidden));
    layers_.linears[1] = register_module("fc7", FastLinear(kHidden, kHidden));
    layers_.linears[2] = register_module("fc8", FastLinear(kHidden, config.num_classes));
    add_activations(*this, layers_, config.activation);
    initialise(layers_, config.init);
  }

  Prediction forward(const Tensor& images) override {
    TORCH_CHECK(images.size(2) == config_.image_size && images.size(3) == config_.image_size,
                "AlexNet small was built for ", config_.image_size, " pixels, got ", images.sizes());
    // Sizes for 28 pixels: 14 after the first pooling, 7 after the second, 3 after the third.
    Tensor x = images;
    for (std::size_t i = 0; i < kWidths.size(); ++i) x = block(x, i);  // [N, 64, 3, 3] at the end
    x = x.flatten(1);
    for (const std::size_t hidden : {0, 1}) {
      x = layers_.activations[5 + hidden]->forward(layers_.linears[hidden]->forward(x));
      x = torch::dropout(x, config_.dropout, is_training());
    }
    return {layers_.linears[2]->forward(x), {}};
  }

 private:
  Tensor block(const Tensor& input, std::size_t i) {
    Tensor x = layers_.convs[i]->forward(input);
    if (config_.batch_norm) x = norms_[i]->forward(x);
    // Pooling and rectifying commute, and the pooled map is a quarter of the size.
    const bool normalised = i < 2 && config_.lrn != LrnForm::kNone;
    const bool pool_first = !normalised && config_.activation == ActivationKind::kRelu;
    if (!pool_first) x = layers_.activations[i]->forward(x);
    if (normalised) x = normalise_responses(x, config_.lrn, 1);
    if (kPooled[i]) x = max_pool(x, config_.overlapping_pooling);
    return pool_first ? layers_.activations[i]->forward(x) : x;
  }

  AlexNetConfig config_;
  AlexNetLayers layers_;
  std::array<BatchNorm, 5> norms_{nullptr, nullptr, nullptr, nullptr, nullptr};
};

}  // namespace

std::shared_ptr<ImageClassifier> make_alexnet_small(const AlexNetConfig& config) {
  return std::make_shared<AlexNetSmall>(config);
}

}  // namespace topfive::models
