#include "topfive/models/activation.h"

#include <cmath>

#include <torch/torch.h>

namespace topfive::models {
namespace {

constexpr double kLeakySlope = 0.01;
constexpr double kInitialPreluSlope = 0.25;

}  // namespace

const std::vector<std::pair<std::string, ActivationKind>>& activation_names() {
  static const std::vector<std::pair<std::string, ActivationKind>> kNames = {
      {"relu", ActivationKind::kRelu},       {"leaky_relu", ActivationKind::kLeakyRelu},
      {"prelu", ActivationKind::kPrelu},     {"elu", ActivationKind::kElu},
      {"gelu", ActivationKind::kGelu},       {"silu", ActivationKind::kSilu},
      {"sigmoid", ActivationKind::kSigmoid}, {"tanh", ActivationKind::kTanh}};
  return kNames;
}

ActivationLayerImpl::ActivationLayerImpl(ActivationKind kind, std::int64_t channels)
    : kind_(kind), channels_(channels) {
  reset();
}

void ActivationLayerImpl::reset() {
  if (kind_ == ActivationKind::kPrelu) {
    weight_ = register_parameter("weight", torch::full({channels_}, kInitialPreluSlope));
  }
}

torch::Tensor ActivationLayerImpl::forward(torch::Tensor input) {
  switch (kind_) {
    case ActivationKind::kRelu:
      return input.relu_();
    case ActivationKind::kLeakyRelu:
      return torch::leaky_relu(input, kLeakySlope);
    case ActivationKind::kPrelu:
      return torch::prelu(input, weight_);
    case ActivationKind::kElu:
      return torch::elu(input);
    case ActivationKind::kGelu:
      return torch::gelu(input);
    case ActivationKind::kSilu:
      return torch::silu(input);
    case ActivationKind::kSigmoid:
      return torch::sigmoid(input);
    case ActivationKind::kTanh:
      return torch::tanh(input);
  }
  TORCH_CHECK(false, "unknown activation");
}

double activation_gain(ActivationKind kind) {
  switch (kind) {
    case ActivationKind::kRelu:
    case ActivationKind::kElu:
    case ActivationKind::kGelu:
    case ActivationKind::kSilu:
      return std::sqrt(2.0);
    case ActivationKind::kLeakyRelu:
      return std::sqrt(2.0 / (1.0 + kLeakySlope * kLeakySlope));
    case ActivationKind::kPrelu:
      return std::sqrt(2.0 / (1.0 + kInitialPreluSlope * kInitialPreluSlope));
    case ActivationKind::kTanh:
      return 5.0 / 3.0;
    case ActivationKind::kSigmoid:
      return 1.0;
  }
  return 1.0;
}

}  // namespace topfive::models
