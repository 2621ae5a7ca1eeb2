#include "topfive/models/channels_last.h"

#include <torch/torch.h>

namespace topfive::models {
namespace {

void convert(torch::Tensor tensor) {
  if (tensor.dim() != 4) return;
  const auto last = tensor.contiguous(torch::MemoryFormat::ChannelsLast);
  // With one channel any strides will do for LibTorch, but gradients come with these, and should have the weight's.
  const std::int64_t channels = tensor.size(1);
  const std::int64_t row = channels * tensor.size(3);
  tensor.set_data(last.as_strided(last.sizes(), {row * tensor.size(2), 1, row, channels}));
}

}  // namespace

void use_channels_last(torch::nn::Module& module) {
  const torch::NoGradGuard no_grad;
  for (const torch::Tensor& parameter : module.parameters()) convert(parameter);
  for (const torch::Tensor& buffer : module.buffers()) convert(buffer);
}

}  // namespace topfive::models
