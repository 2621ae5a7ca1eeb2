#include "topfive/models/channels_last.h"

#include <torch/torch.h>

namespace topfive::models {
namespace {

void convert(torch::Tensor tensor) {
  if (tensor.dim() == 4) tensor.set_data(tensor.contiguous(torch::MemoryFormat::ChannelsLast));
}

}  // namespace

void use_channels_last(torch::nn::Module& module) {
  const torch::NoGradGuard no_grad;
  for (const torch::Tensor& parameter : module.parameters()) convert(parameter);
  for (const torch::Tensor& buffer : module.buffers()) convert(buffer);
}

}  // namespace topfive::models
