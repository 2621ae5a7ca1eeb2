#include <ATen/autocast_mode.h>
#include <torch/torch.h>

#include "topfive/models/fast_linear.h"

#include "support/catch.h"

namespace topfive::models {
namespace {

using torch::Tensor;

double relative_error(const Tensor& ours, const Tensor& exact) {
  const Tensor difference = ours.to(torch::kDouble) - exact;
  return difference.abs().max().item<double>() / exact.abs().max().item<double>();
}

struct Gradients {
  Tensor output;
  std::vector<Tensor> inputs;
};

template <class Linear>
Gradients gradients_of(const Linear& linear, const std::vector<Tensor>& inputs, const Tensor& outer) {
  std::vector<Tensor> leaves;
  for (const Tensor& input : inputs) leaves.push_back(input.detach().clone().requires_grad_());
  const Tensor output = linear(leaves[0], leaves[1], leaves[2]);
  return {output.detach(), torch::autograd::grad({output}, leaves, {outer})};
}

}  // namespace

TEST_CASE("a linear layer's output and gradients equal those computed in float64") {
  torch::manual_seed(1);
  // Few rows and many; tokens of pictures; a weight too small for oneDNN.
  const auto shape = GENERATE(std::vector<std::int64_t>{3, 600}, std::vector<std::int64_t>{1100, 600},
                              std::vector<std::int64_t>{2, 50, 600}, std::vector<std::int64_t>{5, 40});
  const std::int64_t in = shape.back();
  const std::int64_t out = 520;
  std::vector<Tensor> inputs = {torch::randn(shape), torch::randn({out, in}), torch::randn({out})};
  std::vector<std::int64_t> output_shape = shape;
  output_shape.back() = out;
  const Tensor outer = torch::randn(output_shape);
  std::vector<Tensor> exact;
  for (const Tensor& input : inputs) exact.push_back(input.to(torch::kDouble));
  const auto ours = gradients_of(fast_linear, inputs, outer);
  const auto reference =
      gradients_of([](const Tensor& x, const Tensor& w, const Tensor& b) { return at::linear(x, w, b); }, exact,
                   outer.to(torch::kDouble));
  CHECK(relative_error(ours.output, reference.output) < 1e-5);
  for (std::size_t i = 0; i < 3; ++i) CHECK(relative_error(ours.inputs[i], reference.inputs[i]) < 1e-5);
}

TEST_CASE("two calls of a linear layer give the same bits, with and without bias and with strided input") {
  torch::manual_seed(2);
  const Tensor weight = torch::randn({700, 512}).requires_grad_();
  const Tensor input = torch::randn({512, 64}).t();
  const auto gradient = [&] {
    const Tensor output = fast_linear(input, weight, {});
    return torch::autograd::grad({output.pow(2).sum()}, {weight})[0];
  };
  CHECK(gradient().equal(gradient()));
  CHECK(relative_error(fast_linear(input, weight, {}).detach(),
                       at::linear(input.to(torch::kDouble), weight.detach().to(torch::kDouble))) < 1e-5);
}

TEST_CASE("oneDNN's linear layer is left to LibTorch in autocast, in float64 and for small weights") {
  const Tensor input = torch::randn({300, 512});
  const Tensor weight = torch::randn({600, 512});
  CHECK(!linear_by_onednn(input.to(torch::kDouble), weight.to(torch::kDouble)));
  CHECK(!linear_by_onednn(input, torch::randn({10, 512})));
  CHECK(!linear_by_onednn(torch::empty({0, 512}), weight));
  CHECK(!linear_by_onednn(input.to(torch::kMeta), weight.to(torch::kMeta)));
  at::autocast::set_autocast_enabled(at::kCPU, true);
  CHECK(!linear_by_onednn(input, weight));
  CHECK(fast_linear(input, weight, {}).scalar_type() == at::autocast::get_autocast_dtype(at::kCPU));
  at::autocast::set_autocast_enabled(at::kCPU, false);
}

TEST_CASE("a copy of a linear layer is of the same kind and independent") {
  FastLinear layer(4, 3);
  const auto copy = layer->clone();
  auto* same_kind = copy->as<FastLinearImpl>();
  REQUIRE(same_kind != nullptr);
  CHECK(same_kind->weight.equal(layer->weight));
  CHECK(same_kind->weight.data_ptr() != layer->weight.data_ptr());
}

}  // namespace topfive::models
