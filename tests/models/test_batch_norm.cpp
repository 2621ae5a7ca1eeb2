#include <torch/torch.h>

#include "topfive/models/batch_norm.h"

#include "support/catch.h"

namespace topfive::models {
namespace {

using torch::Tensor;

constexpr auto kChannelsLast = torch::MemoryFormat::ChannelsLast;

struct Layers {
  BatchNorm ours;
  torch::nn::BatchNorm2d theirs;
};

Layers equal_layers(std::int64_t channels, bool relu) {
  Layers layers{BatchNorm(BatchNormPlan{.channels = channels, .epsilon = 1e-3, .relu = relu}),
                torch::nn::BatchNorm2d(torch::nn::BatchNorm2dOptions(channels).eps(1e-3))};
  const torch::NoGradGuard no_grad;
  layers.ours->weight.uniform_(-1.5, 1.5);
  layers.ours->bias.normal_();
  layers.theirs->weight.copy_(layers.ours->weight);
  layers.theirs->bias.copy_(layers.ours->bias);
  return layers;
}

bool close(const Tensor& ours, const Tensor& theirs, double tolerance = 1e-5) {
  REQUIRE(ours.sizes() == theirs.sizes());
  const Tensor reference = theirs.to(torch::kDouble);
  const double scale = std::max(1.0, reference.abs().max().item<double>());
  return (ours.to(torch::kDouble) - reference).abs().max().item<double>() <= tolerance * scale;
}

bool same_gradients(const Layers& layers) {
  return close(layers.ours->weight.grad(), layers.theirs->weight.grad()) &&
         close(layers.ours->bias.grad(), layers.theirs->bias.grad());
}

bool same_running_statistics(const Layers& layers) {
  return close(layers.ours->running_mean, layers.theirs->running_mean) &&
         close(layers.ours->running_var, layers.theirs->running_var) &&
         layers.ours->num_batches_tracked.equal(layers.theirs->num_batches_tracked);
}

// Few and many channels, numbers of pixels that do and do not divide into rows and blocks.
std::vector<std::int64_t> any_shape() {
  return GENERATE(std::vector<std::int64_t>{4, 16, 32, 32}, std::vector<std::int64_t>{3, 7, 5, 3},
                  std::vector<std::int64_t>{2, 300, 9, 9}, std::vector<std::int64_t>{2, 1, 6, 6},
                  std::vector<std::int64_t>{1, 64, 1, 2});
}

Tensor maps_of(const std::vector<std::int64_t>& shape) {
  return (torch::randn(shape) * 2 + 5).contiguous(kChannelsLast);
}

}  // namespace

TEST_CASE("batch norm, with and without the rectifier, equals LibTorch's forward and backward") {
  torch::manual_seed(1);
  const auto shape = any_shape();
  const bool relu = GENERATE(false, true);
  Layers layers = equal_layers(shape[1], relu);
  for (int step = 0; step < 2; ++step) {
    const Tensor maps = maps_of(shape).requires_grad_();
    const Tensor same = maps.detach().clone().requires_grad_();
    const Tensor outer = torch::randn(shape);  // in another memory format than the maps
    const Tensor ours = layers.ours->forward(maps);
    Tensor theirs = layers.theirs->forward(same);
    if (relu) theirs = theirs.relu();
    ours.backward(outer);
    theirs.backward(outer);
    CHECK(close(ours, theirs));
    CHECK(ours.is_contiguous(kChannelsLast));
    CHECK(close(maps.grad(), same.grad()));
  }
  CHECK(same_gradients(layers));
  CHECK(same_running_statistics(layers));
}

TEST_CASE("the sum with a shortcut and the rectifier equal LibTorch's forward and backward") {
  torch::manual_seed(2);
  const auto shape = any_shape();
  Layers layers = equal_layers(shape[1], GENERATE(false, true));
  const Tensor maps = maps_of(shape).requires_grad_();
  const Tensor shortcut = torch::randn(shape).requires_grad_();
  const Tensor same_maps = maps.detach().clone().requires_grad_();
  const Tensor same_shortcut = shortcut.detach().clone().requires_grad_();
  const Tensor outer = torch::randn(shape).contiguous(kChannelsLast);
  const Tensor ours = layers.ours->forward_with_shortcut(maps, shortcut);
  const Tensor theirs = (layers.theirs->forward(same_maps) + same_shortcut).relu();
  ours.backward(outer);
  theirs.backward(outer);
  CHECK(close(ours, theirs));
  CHECK(close(maps.grad(), same_maps.grad()));
  CHECK(close(shortcut.grad(), same_shortcut.grad()));
  CHECK(same_gradients(layers));
  CHECK(same_running_statistics(layers));
}

TEST_CASE("bfloat16 maps are computed in float32 and rounded once") {
  torch::manual_seed(3);
  const std::vector<std::int64_t> shape = {4, 24, 14, 14};
  Layers layers = equal_layers(24, false);
  const Tensor maps = maps_of(shape).to(torch::kBFloat16).requires_grad_();
  const Tensor shortcut = torch::randn(shape).to(torch::kBFloat16).contiguous(kChannelsLast).requires_grad_();
  const Tensor exact_maps = maps.detach().to(torch::kFloat32).requires_grad_();
  const Tensor exact_shortcut = shortcut.detach().to(torch::kFloat32).requires_grad_();
  const Tensor outer = torch::randn(shape).to(torch::kBFloat16).contiguous(kChannelsLast);
  const Tensor ours = layers.ours->forward_with_shortcut(maps, shortcut);
  const Tensor theirs = (layers.theirs->forward(exact_maps) + exact_shortcut).relu();
  ours.backward(outer);
  theirs.backward(outer.to(torch::kFloat32));
  CHECK(ours.scalar_type() == torch::kBFloat16);
  CHECK(ours.equal(theirs.to(torch::kBFloat16)));
  constexpr double kBfloat16Rounding = 1.0 / 256.0;
  CHECK(close(maps.grad(), exact_maps.grad(), kBfloat16Rounding));
  CHECK(close(shortcut.grad(), exact_shortcut.grad(), kBfloat16Rounding));
  CHECK(close(layers.ours->weight.grad(), layers.theirs->weight.grad(), 1e-3));
  CHECK(same_running_statistics(layers));
}

TEST_CASE("maps far from zero keep their variance") {
  torch::manual_seed(4);
  Layers layers = equal_layers(8, false);
  const Tensor maps = (torch::randn({4, 8, 20, 20}) + 1000).contiguous(kChannelsLast);
  layers.ours->forward(maps);
  const Tensor variance = maps.to(torch::kDouble).var({0, 2, 3});
  CHECK(close((layers.ours->running_var - 0.9) / 0.1, variance, 1e-4));
}

TEST_CASE("batch norm of unusual maps and in evaluation equals LibTorch's") {
  torch::manual_seed(5);
  Layers layers = equal_layers(6, false);
  const Tensor contiguous = torch::randn({3, 6, 5, 5});
  CHECK(close(layers.ours->forward(contiguous), layers.theirs->forward(contiguous)));
  layers.ours->eval();
  layers.theirs->eval();
  const Tensor maps = maps_of({3, 6, 5, 5});
  const Tensor with_graph = layers.ours->forward(maps);
  CHECK(with_graph.requires_grad());
  const torch::NoGradGuard no_grad;
  CHECK(close(layers.ours->forward(maps), layers.theirs->forward(maps)));
  CHECK(close(with_graph, layers.theirs->forward(maps)));
  CHECK(
      close(layers.ours->forward_with_shortcut(maps, contiguous), (layers.theirs->forward(maps) + contiguous).relu()));
  CHECK(same_running_statistics(layers));
}

TEST_CASE("the number of threads does not change a bit of the batch norm of narrow bfloat16 maps") {
  const int threads = at::get_num_threads();
  std::vector<std::vector<Tensor>> results;
  for (const int count : {1, 3}) {
    at::set_num_threads(count);
    torch::manual_seed(6);
    Layers layers = equal_layers(32, true);
    const Tensor maps = maps_of({8, 32, 24, 24}).to(torch::kBFloat16).requires_grad_();
    const Tensor output = layers.ours->forward(maps);
    output.backward(torch::randn_like(output));
    results.push_back({output, maps.grad(), layers.ours->weight.grad(), layers.ours->running_var});
  }
  at::set_num_threads(threads);
  for (std::size_t i = 0; i < results[0].size(); ++i) CHECK(results[0][i].equal(results[1][i]));
}

TEST_CASE("what is no number stays none") {
  BatchNorm layer(BatchNormPlan{.channels = 4, .relu = true});
  const auto type = GENERATE(torch::kFloat32, torch::kBFloat16);
  Tensor maps = torch::randn({2, 4, 3, 3}).to(type).contiguous(kChannelsLast);
  maps[0][1][0][0] = std::numeric_limits<float>::quiet_NaN();
  const Tensor output = layer->forward(maps);
  CHECK(output.select(1, 1).isnan().all().item<bool>());
  CHECK(output.select(1, 0).isfinite().all().item<bool>());
}

TEST_CASE("held running statistics do not move, the output is the same") {
  torch::manual_seed(7);
  const auto format = GENERATE(torch::MemoryFormat::Contiguous, kChannelsLast);
  BatchNorm layer(5);
  const Tensor maps = torch::randn({2, 5, 4, 4}).contiguous(format);
  const Tensor before = layer->forward(maps);
  const Tensor mean = layer->running_mean.clone();
  const Tensor variance = layer->running_var.clone();
  {
    const RunningStatisticsHold hold;
    CHECK(layer->forward(maps).equal(before));
  }
  CHECK(layer->running_mean.equal(mean));
  CHECK(layer->running_var.equal(variance));
  CHECK(layer->num_batches_tracked.item<std::int64_t>() == 1);
  layer->forward(maps);
  CHECK(!layer->running_mean.equal(mean));
}

}  // namespace topfive::models
