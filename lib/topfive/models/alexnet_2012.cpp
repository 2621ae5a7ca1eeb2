#include <torch/torch.h>

#include "topfive/models/alexnet_parts.h"

namespace topfive::models {
namespace {

using torch::Tensor;
using torch::nn::Conv2d;
using torch::nn::Conv2dOptions;
using torch::nn::Linear;

constexpr int kFilter1 = 11;
constexpr int kStride1 = 4;
constexpr int kColumns = 2;

// cuda-convnet rounds the number of filter positions up and lets the last filter run off the right
// and the bottom edge onto zeros; 224 pixels give 55 positions, with 3 pixels of zeros.
int positions_of_conv1(int image_size) { return 1 + (image_size - kFilter1 + kStride1 - 1) / kStride1; }

int padding_of_conv1(int image_size) { return (positions_of_conv1(image_size) - 1) * kStride1 + kFilter1 - image_size; }

// Without overlap the pooled maps are a pixel wider; less padding in conv2 and conv5 keeps the
// later sizes, as the run of 2012 without overlap did.
int features_of_conv5(const AlexNetConfig& config) {
  const bool overlap = config.overlapping_pooling;
  const int shrink2 = overlap ? 0 : 2;
  const int shrink5 = overlap ? 0 : 2;
  const int after_conv2 = max_pooled_size(positions_of_conv1(config.image_size), overlap) - shrink2;
  const int after_conv5 = max_pooled_size(after_conv2, overlap) - shrink5;
  const int side = max_pooled_size(after_conv5, overlap);
  return 256 * side * side;
}

class AlexNet2012 : public ImageClassifier {
 public:
  explicit AlexNet2012(const AlexNetConfig& config)
      : ImageClassifier("AlexNet2012"), config_(config), padding1_(padding_of_conv1(config.image_size)) {
    const std::int64_t outer = config.overlapping_pooling ? 2 : 1;
    const std::int64_t inner = config.overlapping_pooling ? 1 : 0;
    auto& convs = layers_.convs;
    convs[0] = register_module("conv1", Conv2d(Conv2dOptions(config.input_channels, 96, kFilter1).stride(kStride1)));
    convs[1] = register_module("conv2", Conv2d(Conv2dOptions(96, 256, 5).padding(outer).groups(kColumns)));
    convs[2] = register_module("conv3", Conv2d(Conv2dOptions(256, 384, 3).padding(1)));
    convs[3] = register_module("conv4", Conv2d(Conv2dOptions(384, 384, 3).padding(1).groups(kColumns)));
    convs[4] = register_module("conv5", Conv2d(Conv2dOptions(384, 256, 3).padding(inner).groups(kColumns)));
    layers_.linears[0] = register_module("fc6", Linear(features_of_conv5(config), 4096));
    layers_.linears[1] = register_module("fc7", Linear(4096, 4096));
    layers_.linears[2] = register_module("fc8", Linear(4096, config.num_classes));
    initialise(layers_, config.init);
  }

  Prediction forward(const Tensor& images) override {
    TORCH_CHECK(images.size(2) == config_.image_size && images.size(3) == config_.image_size,
                "AlexNet 2012 was built for ", config_.image_size, " pixels, got ", images.sizes());
    auto& convs = layers_.convs;
    // Sizes at 224 pixels.
    Tensor x = torch::constant_pad_nd(images, {0, padding1_, 0, padding1_});  // [N, 3, 227, 227]
    x = first_block(convs[0]->forward(x));                                    // [N, 96, 27, 27]
    x = convs[1]->forward(x).relu_();                                         // [N, 256, 27, 27]
    x = pool(normalise_responses(x, config_.lrn, kColumns));                  // [N, 256, 13, 13]
    x = convs[2]->forward(x).relu_();                                         // [N, 384, 13, 13]
    x = convs[3]->forward(x).relu_();                                         // [N, 384, 13, 13]
    x = pool(convs[4]->forward(x).relu_());                                   // [N, 256, 6, 6]
    return {classify(x.flatten(1)), {}};
  }

 private:
  // The code of 2012 normalised conv1 before rectifying it, unlike the paper's text; the rectifier
  // then came after the pooling. The within-map normalisation that the code also had after conv2 is
  // not in the paper and is left out.
  Tensor first_block(Tensor x) const {
    if (config_.lrn == LrnForm::kCode2012) {
      return pool(normalise_responses(x, config_.lrn, kColumns)).relu_();
    }
    return pool(normalise_responses(x.relu_(), config_.lrn, kColumns));
  }

  Tensor pool(const Tensor& x) const { return max_pool(x, config_.overlapping_pooling); }

  Tensor classify(Tensor x) {
    for (const std::size_t hidden : {0, 1}) {
      x = torch::dropout(layers_.linears[hidden]->forward(x).relu_(), config_.dropout, is_training());
    }
    return layers_.linears[2]->forward(x);
  }

  AlexNetConfig config_;
  std::int64_t padding1_;
  AlexNetLayers layers_;
};

}  // namespace

std::shared_ptr<ImageClassifier> make_alexnet_2012(const AlexNetConfig& config) {
  return std::make_shared<AlexNet2012>(config);
}

}  // namespace topfive::models
