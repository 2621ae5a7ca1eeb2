#include <torch/torch.h>

#include "topfive/models/activation.h"

#include "support/catch.h"

namespace topfive::models {

TEST_CASE("every activation gives torch's function and lets gradients through") {
  using Function = torch::Tensor (*)(const torch::Tensor&);
  const auto [kind, expected] = GENERATE(table<ActivationKind, Function>({
      {ActivationKind::kRelu, [](const torch::Tensor& x) { return x.clamp_min(0); }},
      {ActivationKind::kLeakyRelu, [](const torch::Tensor& x) { return torch::where(x > 0, x, x * 0.01); }},
      {ActivationKind::kPrelu, [](const torch::Tensor& x) { return torch::where(x > 0, x, x * 0.25); }},
      {ActivationKind::kElu, [](const torch::Tensor& x) { return torch::where(x > 0, x, x.exp() - 1); }},
      {ActivationKind::kGelu, [](const torch::Tensor& x) { return x * 0.5 * (1 + (x / std::sqrt(2.0)).erf()); }},
      {ActivationKind::kSilu, [](const torch::Tensor& x) { return x / (1 + (-x).exp()); }},
      {ActivationKind::kSigmoid, [](const torch::Tensor& x) { return 1 / (1 + (-x).exp()); }},
      {ActivationKind::kTanh, [](const torch::Tensor& x) { return 2 / (1 + (-2 * x).exp()) - 1; }},
  }));
  ActivationLayer layer(kind, 3);
  auto input = torch::linspace(-3.3, 3.1, 2 * 3 * 5).view({2, 3, 5}).requires_grad_();
  const auto output = layer->forward(input * 1.0);
  CHECK(torch::allclose(output, expected(input.detach()), 1e-5, 1e-6));
  output.sum().backward();
  CHECK(input.grad().abs().sum().item<double>() > 0.0);
}

TEST_CASE("only PReLU has a parameter: one slope per channel") {
  CHECK(ActivationLayer(ActivationKind::kPrelu, 7)->parameters().at(0).sizes() == torch::IntArrayRef({7}));
  CHECK(ActivationLayer(ActivationKind::kGelu, 7)->parameters().empty());
}

TEST_CASE("the gains keep the variance that torch.nn.init.calculate_gain promises") {
  CHECK(activation_gain(ActivationKind::kRelu) == Approx(1.414214));
  CHECK(activation_gain(ActivationKind::kLeakyRelu) == Approx(1.414143));
  CHECK(activation_gain(ActivationKind::kTanh) == Approx(1.666667));
  CHECK(activation_gain(ActivationKind::kSigmoid) == Approx(1.0));
}

}  // namespace topfive::models
