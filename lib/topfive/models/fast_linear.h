// Linear layers by oneDNN where LibTorch's own choice, MKL, is slow.
//
// MKL takes its slow paths on processors of other makers than Intel: on an AMD EPYC (Zen 5) a float32 product of
// [3152, 768] and [768, 3072] runs at 178 GFLOP/s with MKL and at 336 with oneDNN. LibTorch offers oneDNN's product for
// float32 only in inference; here it has its own gradients.
#pragma once

#include <memory>
#include <optional>

#include <torch/nn/modules/linear.h>
#include <torch/types.h>

namespace topfive::models {

// input weight^T + bias, as at::linear, with gradients. input: [..., in]; weight: [out, in]; bias: [out] or undefined.
// oneDNN's where linear_by_onednn() says so, at::linear elsewhere; both agree within float32's rounding.
torch::Tensor fast_linear(const torch::Tensor& input, const torch::Tensor& weight, const torch::Tensor& bias);

// A rule and no measurement, so that a run resumed on the same machine computes the same bits: float32 on the CPU
// outside of autocast, a processor that is not Intel's, and a weight of at least kOnednnWeights values.
bool linear_by_onednn(const torch::Tensor& input, const torch::Tensor& weight);
inline constexpr std::int64_t kOnednnWeights = 1 << 18;

// torch::nn::Linear with fast_linear's product. Names: weight, bias.
class FastLinearImpl : public torch::nn::LinearImpl {
 public:
  using torch::nn::LinearImpl::LinearImpl;
  torch::Tensor forward(const torch::Tensor& input) { return fast_linear(input, weight, bias); }
  std::shared_ptr<torch::nn::Module> clone(const std::optional<torch::Device>& device = std::nullopt) const override;
};
TORCH_MODULE(FastLinear);

}  // namespace topfive::models
