#include "topfive/models/alexnet_columns.h"

#include <torch/torch.h>

#include "topfive/models/alexnet_parts.h"
#include "topfive/models/fast_linear.h"

namespace topfive::models {
namespace {

using torch::Tensor;
using torch::nn::Conv2d;
using torch::nn::Conv2dOptions;

constexpr std::int64_t kHiddenOfColumn = 2048;

}  // namespace

// The layers of one column. What they take in is a column's own maps, except in conv3, fc6 and fc7.
struct AlexNetColumnLayers : torch::nn::Module {
  explicit AlexNetColumnLayers(const AlexNetConfig& config) {
    const std::int64_t outer = config.overlapping_pooling ? 2 : 1;
    const std::int64_t inner = config.overlapping_pooling ? 1 : 0;
    const std::int64_t side = side_after_pool5(config);
    convs[0] = register_module("conv1", Conv2d(Conv2dOptions(config.input_channels, 48, 11).stride(4)));
    convs[1] = register_module("conv2", Conv2d(Conv2dOptions(48, 128, 5).padding(outer)));
    convs[2] = register_module("conv3", Conv2d(Conv2dOptions(256, 192, 3).padding(1)));
    convs[3] = register_module("conv4", Conv2d(Conv2dOptions(192, 192, 3).padding(1)));
    convs[4] = register_module("conv5", Conv2d(Conv2dOptions(192, 128, 3).padding(inner)));
    linears[0] = register_module("fc6", FastLinear(256 * side * side, kHiddenOfColumn));
    linears[1] = register_module("fc7", FastLinear(2 * kHiddenOfColumn, kHiddenOfColumn));
  }
  std::array<Conv2d, 5> convs{nullptr, nullptr, nullptr, nullptr, nullptr};
  std::array<FastLinear, 2> linears{nullptr, nullptr};
};

AlexNetTwoColumns::AlexNetTwoColumns(const AlexNetConfig& config)
    : ImageClassifier("AlexNetTwoColumns"), config_(config) {
  // First, so that the same seed gives the weights of the one-device form.
  AlexNetConfig on_one_device = config;
  on_one_device.placement = AlexNetPlacement::kOneDevice;
  const auto grouped = make_alexnet_2012(on_one_device);
  columns_[0] = register_module("column1", std::make_shared<AlexNetColumnLayers>(config));
  columns_[1] = register_module("column2", std::make_shared<AlexNetColumnLayers>(config));
  fc8_ = register_module("fc8", FastLinear(2 * kHiddenOfColumn, config.num_classes));
  load_grouped(*grouped);
}

void AlexNetTwoColumns::place(const torch::Device& first, const torch::Device& second) {
  devices_ = {first, second};
  columns_[0]->to(first);
  columns_[1]->to(second);
  fc8_->to(first);
}

void AlexNetTwoColumns::load_grouped(const torch::nn::Module& grouped) {
  const torch::NoGradGuard no_grad;
  const auto whole = grouped.named_parameters();
  for (std::size_t column = 0; column < 2; ++column) {
    for (auto& item : columns_[column]->named_parameters()) {
      // The first half of every layer's filters or units is the first column.
      item.value().copy_(whole[item.key()].chunk(2, 0)[column]);
    }
  }
  fc8_->weight.copy_(whole["fc8.weight"]);
  fc8_->bias.copy_(whole["fc8.bias"]);
}

std::vector<std::pair<std::string, Tensor>> AlexNetTwoColumns::grouped_tensors() const {
  const torch::NoGradGuard no_grad;
  std::vector<std::pair<std::string, Tensor>> tensors;
  const auto second = columns_[1]->named_parameters();
  for (const auto& item : columns_[0]->named_parameters()) {
    tensors.emplace_back(item.key(), torch::cat({item.value(), second[item.key()].to(devices_[0])}));
  }
  tensors.emplace_back("fc8.weight", fc8_->weight.detach().clone());
  tensors.emplace_back("fc8.bias", fc8_->bias.detach().clone());
  return tensors;
}

Tensor AlexNetTwoColumns::joined_on(std::size_t column, const Halves& halves) const {
  return torch::cat({halves[0].to(devices_[column]), halves[1].to(devices_[column])}, 1);
}

Tensor AlexNetTwoColumns::rectified_conv(std::size_t column, std::size_t layer, const Tensor& maps) {
  return columns_[column]->convs[layer]->forward(maps).relu_();
}

// The layers of both columns stand side by side, so that two GPUs work at the same time.
AlexNetTwoColumns::Halves AlexNetTwoColumns::convolve(const Tensor& images) {
  const bool overlap = config_.overlapping_pooling;
  const std::int64_t padding = padding_of_conv1(config_.image_size);
  Halves x;
  for (std::size_t i = 0; i < 2; ++i) {
    const Tensor padded = torch::constant_pad_nd(images.to(devices_[i]), {0, padding, 0, padding});
    x[i] = columns_[i]->convs[0]->forward(padded);  // [N, 48, 55, 55]
    if (config_.lrn == LrnForm::kCode2012) {
      x[i] = max_pool(normalise_responses(x[i], config_.lrn, 1), overlap).relu_();
    } else {
      x[i] = max_pool(normalise_responses(x[i].relu_(), config_.lrn, 1), overlap);
    }
    x[i] = max_pool(normalise_responses(rectified_conv(i, 1, x[i]), config_.lrn, 1), overlap);  // [N, 128, 13, 13]
  }
  const Halves both = {joined_on(0, x), joined_on(1, x)};  // [N, 256, 13, 13]
  for (std::size_t i = 0; i < 2; ++i) {
    x[i] = rectified_conv(i, 2, both[i]);                             // [N, 192, 13, 13]
    x[i] = rectified_conv(i, 3, x[i]);                                // [N, 192, 13, 13]
    x[i] = max_pool(rectified_conv(i, 4, x[i]), overlap).flatten(1);  // [N, 128 * 36]
  }
  return x;
}

AlexNetTwoColumns::Halves AlexNetTwoColumns::connect(const Halves& features, std::size_t layer) {
  const Halves both = {joined_on(0, features), joined_on(1, features)};
  Halves x;
  for (std::size_t i = 0; i < 2; ++i) {
    x[i] = columns_[i]->linears[layer]->forward(both[i]).relu_();
    x[i] = torch::dropout(x[i], config_.dropout, is_training());
  }
  return x;  // [N, 2048] each
}

Prediction AlexNetTwoColumns::forward(const Tensor& images) {
  TORCH_CHECK(images.size(2) == config_.image_size && images.size(3) == config_.image_size,
              "AlexNet 2012 was built for ", config_.image_size, " pixels, got ", images.sizes());
  const Halves hidden = connect(connect(convolve(images), 0), 1);
  return {fc8_->forward(joined_on(0, hidden)), {}};
}

}  // namespace topfive::models
