#include "topfive/engine/gradient_probe.h"

#include <cmath>

#include <torch/torch.h>

#include "topfive/engine/skip_guard.h"

#include "support/catch.h"

using namespace topfive::engine;

namespace {

// A convolution with ten filters, batch normalisation and a ReLU.
struct Filters : torch::nn::Module {
  Filters() {
    conv = register_module("conv", torch::nn::Conv2d(torch::nn::Conv2dOptions(3, 10, 3)));
    norm = register_module("norm", torch::nn::BatchNorm2d(10));
  }
  torch::Tensor forward(const torch::Tensor& images) { return norm(conv(images)).relu(); }
  torch::nn::Conv2d conv{nullptr};
  torch::nn::BatchNorm2d norm{nullptr};
};

torch::Tensor pictures() {
  torch::manual_seed(1);
  return torch::randn({4, 3, 8, 8});
}

// Lets a filter's output lie below zero for every picture.
void kill_filter(Filters& filters, std::int64_t index) {
  const torch::NoGradGuard no_gradients;
  filters.norm->bias[index] = -100.0;
}

}  // namespace

TEST_CASE("norms are those of all gradients and all weights together", "[engine]") {
  torch::nn::Linear linear(2, 2);
  {
    const torch::NoGradGuard no_gradients;
    linear->weight.copy_(torch::tensor({{1.0, 2.0}, {2.0, 0.0}}));
    linear->bias.copy_(torch::tensor({0.0, 4.0}));
  }
  (linear->weight.sum() * 2 + linear->bias.sum() * 3).backward();
  const auto figures = probe_gradients(*linear);
  CHECK(figures.gradient_norm == Approx(std::sqrt(4 * 4.0 + 2 * 9.0)));
  CHECK(figures.parameter_norm == Approx(5.0));
  CHECK_FALSE(figures.dead_units.has_value());  // two units are too few for a share
}

TEST_CASE("filters that no picture makes active are counted, behind batch normalisation too", "[engine]") {
  Filters filters;
  auto layout = GENERATE(at::MemoryFormat::Contiguous, at::MemoryFormat::ChannelsLast);
  filters.conv->weight.set_data(filters.conv->weight.contiguous(layout));
  filters.forward(pictures()).square().sum().backward();
  CHECK(probe_gradients(filters).dead_units == 0.0);
  CHECK(probe_gradients(filters).dead_layer.empty());

  filters.zero_grad();
  kill_filter(filters, 2);
  kill_filter(filters, 7);
  kill_filter(filters, 8);
  filters.forward(pictures()).square().sum().backward();
  const auto figures = probe_gradients(filters);
  CHECK(figures.dead_units == Approx(0.3));
  CHECK(figures.dead_layer == "conv");
}

TEST_CASE("a network without gradients has no figures", "[engine]") {
  const Filters filters;
  const auto figures = probe_gradients(filters);
  CHECK_FALSE(figures.gradient_norm.has_value());
  CHECK_FALSE(figures.parameter_norm.has_value());
  CHECK_FALSE(figures.dead_units.has_value());
}

TEST_CASE("a step that is not finite gives the running statistics back", "[engine]") {
  Filters filters;
  SkipGuard guard(filters);
  guard.begin();
  filters.forward(pictures()).square().sum().backward();
  CHECK(guard.check());
  const auto mean = filters.norm->running_mean.clone();

  filters.zero_grad();
  guard.begin();
  filters.forward(pictures() * NAN).sum().backward();
  CHECK_FALSE(torch::equal(filters.norm->running_mean, mean));
  CHECK_FALSE(guard.check());
  CHECK(torch::equal(filters.norm->running_mean, mean));
  CHECK(filters.norm->num_batches_tracked.item<std::int64_t>() == 1);
}

TEST_CASE("one number that is not finite is found among weights and buffers", "[engine]") {
  Filters filters;
  CHECK(is_finite(filters));
  const torch::NoGradGuard no_gradients;
  const double value = GENERATE(static_cast<double>(NAN), static_cast<double>(INFINITY));
  const bool in_buffer = GENERATE(false, true);
  (in_buffer ? filters.norm->running_var : filters.conv->bias)[3] = value;
  CHECK_FALSE(is_finite(filters));
}
