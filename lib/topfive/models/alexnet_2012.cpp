#include <torch/torch.h>

#include "topfive/models/alexnet_parts.h"
#include "topfive/models/fast_linear.h"

namespace topfive::models {
namespace {

using torch::Tensor;
using torch::nn::Conv2d;
using torch::nn::Conv2dOptions;

constexpr int kFilter1 = 11;
constexpr int kStride1 = 4;

// The net of the paper, and its half.
class AlexNet2012 : public ImageClassifier {
 public:
  explicit AlexNet2012(const AlexNetConfig& config)
      : ImageClassifier("AlexNet2012"), config_(config), plan_(plan_of(config)) {
    const std::int64_t outer = config.overlapping_pooling ? 2 : 1;
    const std::int64_t inner = config.overlapping_pooling ? 1 : 0;
    const auto& w = plan_.widths;
    const std::int64_t columns = plan_.columns;
    auto& convs = layers_.convs;
    convs[0] = register_module("conv1", Conv2d(Conv2dOptions(config.input_channels, w[0], kFilter1).stride(kStride1)));
    convs[1] = register_module("conv2", Conv2d(Conv2dOptions(w[0], w[1], 5).padding(outer).groups(columns)));
    convs[2] = register_module("conv3", Conv2d(Conv2dOptions(w[1], w[2], 3).padding(1)));
    convs[3] = register_module("conv4", Conv2d(Conv2dOptions(w[2], w[3], 3).padding(1).groups(columns)));
    convs[4] = register_module("conv5", Conv2d(Conv2dOptions(w[3], w[4], 3).padding(inner).groups(columns)));
    const std::int64_t side = side_after_pool5(config);
    layers_.linears[0] = register_module("fc6", FastLinear(w[4] * side * side, 4096));
    layers_.linears[1] = register_module("fc7", FastLinear(4096, 4096));
    layers_.linears[2] = register_module("fc8", FastLinear(4096, config.num_classes));
    add_activations(*this, layers_, config.activation);
    initialise(layers_, config.init);
  }

  Prediction forward(const Tensor& images) override {
    TORCH_CHECK(images.size(2) == config_.image_size && images.size(3) == config_.image_size,
                "AlexNet 2012 was built for ", config_.image_size, " pixels, got ", images.sizes());
    // Sizes of variant 2012 at 224 pixels.
    const std::int64_t padding = padding_of_conv1(config_.image_size);
    Tensor x = torch::constant_pad_nd(images, {0, padding, 0, padding});  // [N, 3, 227, 227]
    x = first_block(layers_.convs[0]->forward(x));                        // [N, 96, 27, 27]
    x = pool(normalise(rectified_conv(1, x)));                            // [N, 256, 13, 13]
    x = rectified_conv(2, x);                                             // [N, 384, 13, 13]
    x = rectified_conv(3, x);                                             // [N, 384, 13, 13]
    x = pool(rectified_conv(4, x));                                       // [N, 256, 6, 6]
    return {classify(x.flatten(1)), {}};
  }

 private:
  // The code of 2012 normalised conv1 before rectifying it, unlike the paper's text; the rectifier
  // then came after the pooling. The within-map normalisation that the code also had after conv2 is
  // not in the paper and is left out.
  Tensor first_block(const Tensor& x) {
    auto& rectify = layers_.activations[0];
    if (config_.lrn == LrnForm::kCode2012) return rectify->forward(pool(normalise(x)));
    return pool(normalise(rectify->forward(x)));
  }

  Tensor rectified_conv(std::size_t i, const Tensor& x) {
    return layers_.activations[i]->forward(layers_.convs[i]->forward(x));
  }

  Tensor normalise(const Tensor& x) const {
    return normalise_responses(x, config_.lrn, static_cast<int>(plan_.columns));
  }

  Tensor pool(const Tensor& x) const { return max_pool(x, config_.overlapping_pooling); }

  Tensor classify(Tensor x) {
    for (const std::size_t hidden : {0, 1}) {
      x = layers_.activations[5 + hidden]->forward(layers_.linears[hidden]->forward(x));
      x = torch::dropout(x, config_.dropout, is_training());
    }
    return layers_.linears[2]->forward(x);
  }

  AlexNetConfig config_;
  AlexNetPlan plan_;
  AlexNetLayers layers_;
};

}  // namespace

AlexNetPlan plan_of(const AlexNetConfig& config) {
  // The half net keeps all filters of conv5, and so the size of fc6 (section 3.2, footnote).
  if (config.variant == AlexNetVariant::kHalf) return {{48, 128, 192, 192, 256}, 1};
  return {{96, 256, 384, 384, 256}, 2};
}

// cuda-convnet rounds the number of filter positions up and lets the last filter run off the right
// and the bottom edge onto zeros; 224 pixels give 55 positions, with 3 pixels of zeros.
std::int64_t positions_of_conv1(int image_size) { return 1 + (image_size - kFilter1 + kStride1 - 1) / kStride1; }

std::int64_t padding_of_conv1(int image_size) {
  return (positions_of_conv1(image_size) - 1) * kStride1 + kFilter1 - image_size;
}

// Without overlap the pooled maps are a pixel wider; less padding in conv2 and conv5 keeps the
// later sizes, as the run of 2012 without overlap did.
std::int64_t side_after_pool5(const AlexNetConfig& config) {
  const bool overlap = config.overlapping_pooling;
  const int shrink = overlap ? 0 : 2;
  const int after_conv2 = max_pooled_size(static_cast<int>(positions_of_conv1(config.image_size)), overlap) - shrink;
  const int after_conv5 = max_pooled_size(after_conv2, overlap) - shrink;
  return max_pooled_size(after_conv5, overlap);
}

std::shared_ptr<ImageClassifier> make_alexnet_2012(const AlexNetConfig& config) {
  return std::make_shared<AlexNet2012>(config);
}

}  // namespace topfive::models
