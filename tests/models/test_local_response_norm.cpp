#include <cmath>

#include <torch/torch.h>

#include "topfive/models/local_response_norm.h"

#include "support/catch.h"

namespace topfive::models {
namespace {

torch::Tensor reference(const torch::Tensor& input, const LocalResponseNormOptions& options) {
  std::vector<torch::Tensor> parts;
  const auto torch_options = torch::nn::functional::LocalResponseNormFuncOptions(options.size)
                                 .alpha(options.alpha)
                                 .beta(options.beta)
                                 .k(options.k);
  for (const auto& part : input.chunk(options.groups, 1)) {
    parts.push_back(torch::nn::functional::local_response_norm(part, torch_options));
  }
  return torch::cat(parts, 1);
}

// The settings with and without the fused kernel; large alphas, so that an error in the sum would show.
LocalResponseNormOptions any_options() {
  return GENERATE(LocalResponseNormOptions{5, 5e-4, 0.75, 2.0, 2}, LocalResponseNormOptions{5, 0.5, 0.75, 1.0, 1},
                  LocalResponseNormOptions{5, 0.5, 0.75, 1.0, 4}, LocalResponseNormOptions{3, 0.4, 0.6, 1.5, 2},
                  LocalResponseNormOptions{9, 0.9, 0.75, 1.0, 1});
}

}  // namespace

TEST_CASE("outputs equal LibTorch's own slow form within each group") {
  const auto options = any_options();
  const auto type = GENERATE(torch::kFloat32, torch::kFloat64);
  const auto format = GENERATE(torch::MemoryFormat::Contiguous, torch::MemoryFormat::ChannelsLast);
  const std::int64_t channels = GENERATE(4, 8, 20, 96);
  torch::manual_seed(3);
  const auto input = (torch::randn({3, channels, 7, 5}, type) * 3).contiguous(format);
  CHECK(torch::allclose(local_response_norm(input, options), reference(input, options), 1e-5, 1e-5));
}

TEST_CASE("gradients equal those of LibTorch's own slow form") {
  const auto options = any_options();
  const auto type = GENERATE(torch::kFloat32, torch::kFloat64);
  const auto format = GENERATE(torch::MemoryFormat::Contiguous, torch::MemoryFormat::ChannelsLast);
  torch::manual_seed(4);
  const auto input = (torch::randn({2, 16, 6, 5}, type) * 3).contiguous(format).requires_grad_();
  const auto same = input.detach().clone().requires_grad_();
  const auto weights = torch::randn({2, 16, 6, 5}, type);
  (local_response_norm(input, options) * weights).sum().backward();
  (reference(same, options) * weights).sum().backward();
  CHECK(torch::allclose(input.grad(), same.grad(), 1e-5, 1e-5));
}

TEST_CASE("one value follows the formula written out") {
  const LocalResponseNormOptions options{5, 5e-4, 0.75, 2.0, 1};
  const auto input = torch::arange(1, 9).to(torch::kFloat32).view({1, 8, 1, 1}) * 10;
  const auto output = local_response_norm(input, options);
  // Channel 3 sees channels 1 to 5; the paper's alpha of 1e-4 stands before their sum.
  const double sum = 20. * 20 + 30. * 30 + 40. * 40 + 50. * 50 + 60. * 60;
  CHECK(output[0][3][0][0].item<double>() == Approx(40.0 / std::pow(2.0 + 1e-4 * sum, 0.75)).epsilon(1e-5));
  // Channel 0 sees channels 0 to 2 only.
  const double edge = 10. * 10 + 20. * 20 + 30. * 30;
  CHECK(output[0][0][0][0].item<double>() == Approx(10.0 / std::pow(2.0 + 1e-4 * edge, 0.75)).epsilon(1e-5));
}

TEST_CASE("half-precision inputs keep their type and are computed in float") {
  torch::manual_seed(5);
  const auto exact = (torch::randn({2, 16, 4, 4}) * 300).to(torch::kFloat16).to(torch::kFloat32);
  const LocalResponseNormOptions options{5, 5e-4, 0.75, 2.0, 2};
  const auto half = exact.to(torch::kFloat16).requires_grad_();
  const auto output = local_response_norm(half, options);
  CHECK(output.scalar_type() == torch::kFloat16);
  CHECK(torch::allclose(output.to(torch::kFloat32), reference(exact, options), 1e-3, 1e-3));
  output.sum().backward();
  CHECK(half.grad().scalar_type() == torch::kFloat16);
  CHECK(half.grad().isfinite().all().item<bool>());
}

TEST_CASE("gradients of the general form pass a numerical check") {
  const LocalResponseNormOptions options{3, 0.8, 0.6, 1.5, 2};
  torch::manual_seed(6);
  const auto input = torch::randn({1, 6, 2, 2}, torch::kFloat64).requires_grad_();
  local_response_norm(input, options).sum().backward();
  const double step = 1e-6;
  for (std::int64_t i = 0; i < input.numel(); ++i) {
    const auto moved = [&](double by) {
      auto copy = input.detach().clone();
      copy.view(-1)[i] += by;
      return local_response_norm(copy, options).sum().item<double>();
    };
    const double slope = (moved(step) - moved(-step)) / (2 * step);
    CHECK(input.grad().view(-1)[i].item<double>() == Approx(slope).margin(1e-6));
  }
}

TEST_CASE("shapes that do not fit are refused") {
  CHECK_THROWS(local_response_norm(torch::zeros({2, 6, 3}), {}));
  CHECK_THROWS(local_response_norm(torch::zeros({2, 6, 3, 3}), {.groups = 4}));
  CHECK_THROWS(local_response_norm(torch::zeros({2, 6, 3, 3}), {.size = 4}));
}

}  // namespace topfive::models
