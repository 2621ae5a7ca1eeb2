#include "topfive/models/lenet_parts.h"

#include <cmath>

#include <torch/torch.h>

namespace topfive::models {
namespace {

constexpr std::int64_t kInputs = 6;
constexpr std::int64_t kOutputs = 16;

torch::Tensor connection_places() {
  std::vector<std::int64_t> places;
  const auto& table = c3_connections();
  for (std::size_t output = 0; output < table.size(); ++output) {
    for (const std::int64_t input : table[output]) {
      places.push_back(static_cast<std::int64_t>(output) * kInputs + input);
    }
  }
  return torch::tensor(places, torch::kInt64);
}

// Weights are uniform within 2.4 / F, F being the unit's number of inputs (appendix A); here F
// differs between maps.
torch::Tensor initial_filters() {
  std::vector<torch::Tensor> filters;
  for (const auto& inputs : c3_connections()) {
    const auto count = static_cast<std::int64_t>(inputs.size());
    const double bound = 2.4 / static_cast<double>(25 * count);
    filters.push_back(torch::empty({count, 5, 5}).uniform_(-bound, bound));
  }
  return torch::cat(filters);
}

}  // namespace

torch::Tensor scaled_tanh(const torch::Tensor& values) { return torch::tanh(values * (2.0 / 3.0)) * 1.7159; }

torch::Tensor pad_to_32(const torch::Tensor& images, double value) {
  const std::int64_t side = images.size(2);
  TORCH_CHECK(images.size(3) == side && (side == 28 || side == 32),
              "LeNet-5 takes pictures of 28 x 28 or 32 x 32, got ", images.sizes());
  return side == 32 ? images : torch::constant_pad_nd(images, {2, 2, 2, 2}, value);
}

const std::array<std::vector<std::int64_t>, 16>& c3_connections() {
  static const std::array<std::vector<std::int64_t>, 16> kTable = {{
      {0, 1, 2},
      {1, 2, 3},
      {2, 3, 4},
      {3, 4, 5},
      {0, 4, 5},
      {0, 1, 5},
      {0, 1, 2, 3},
      {1, 2, 3, 4},
      {2, 3, 4, 5},
      {0, 3, 4, 5},
      {0, 1, 4, 5},
      {0, 1, 2, 5},
      {0, 1, 3, 4},
      {1, 2, 4, 5},
      {0, 2, 3, 5},
      {0, 1, 2, 3, 4, 5},
  }};
  return kTable;
}

PartialConvolution::PartialConvolution() : torch::nn::Module("PartialConvolution") {
  weight_ = register_parameter("weight", initial_filters());
  bias_ = register_parameter("bias", torch::zeros({kOutputs}));
  places_ = connection_places();
}

torch::Tensor PartialConvolution::forward(const torch::Tensor& maps) {
  // A dense convolution with zeros for the missing connections is one fast call; the zeros are no
  // parameters, and no gradient reaches anything through them.
  places_ = places_.to(weight_.device());
  const auto dense = torch::zeros({kOutputs * kInputs, 5, 5}, weight_.options().requires_grad(false))
                         .index_copy(0, places_, weight_)
                         .view({kOutputs, kInputs, 5, 5});
  return torch::conv2d(maps, dense, bias_);
}

Subsampling::Subsampling(std::int64_t maps) : torch::nn::Module("Subsampling") {
  // 2.4 / 4 on the paper's sum of four inputs is 2.4 on their mean.
  coefficient_ = register_parameter("coefficient", torch::empty({maps}).uniform_(-2.4, 2.4));
  bias_ = register_parameter("bias", torch::zeros({maps}));
}

torch::Tensor Subsampling::forward(const torch::Tensor& maps) {
  const auto means = torch::avg_pool2d(maps, {2, 2});
  return means * coefficient_.view({1, -1, 1, 1}) + bias_.view({1, -1, 1, 1});
}

RadialOutput::RadialOutput() : torch::nn::Module("RadialOutput") { codes_ = register_buffer("codes", digit_codes()); }

torch::Tensor RadialOutput::forward(const torch::Tensor& states) {
  // |x - c|^2 written out, since 84 differences for each of ten classes are cheap and lose no
  // digits.
  return -(states.unsqueeze(1) - codes_.unsqueeze(0)).square().sum(2);
}

}  // namespace topfive::models
