// The small module and the gradients of the golden traces (tests/golden/sgd_traces.py).
#pragma once

#include <torch/torch.h>

namespace topfive::optim {

struct TwoParameters : torch::nn::Module {
  TwoParameters() {
    weight = register_parameter("weight", torch::arange(6).to(torch::kFloat32).view({2, 3}) / 4 - 0.5);
    bias = register_parameter("bias", torch::tensor({0.25F, -0.75F}));
  }
  void set_gradients(int step) {
    const auto weight_gradient = torch::tensor({{1.0F, -2.0F, 0.5F}, {0.25F, 3.0F, -1.0F}});
    weight.mutable_grad() = weight_gradient * (1 + step) / 3;
    bias.mutable_grad() = torch::tensor({0.5F, -1.5F}) / (1 + step);
  }
  torch::Tensor weight;
  torch::Tensor bias;
};

}  // namespace topfive::optim
