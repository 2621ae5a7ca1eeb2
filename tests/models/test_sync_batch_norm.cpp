#include <barrier>
#include <mutex>
#include <thread>

#include <torch/torch.h>

#include "topfive/models/batch_norm.h"
#include "topfive/models/sync_batch_norm.h"

#include "support/catch.h"

using namespace topfive;

namespace {

// Threads that stand for the ranks of a run.
class Meeting {
 public:
  explicit Meeting(int num_ranks) : barrier_(num_ranks) {}

  void sum(torch::Tensor& tensor) {
    {
      const std::lock_guard lock(mutex_);
      total_ = total_.defined() ? total_ + tensor : tensor.clone();
    }
    barrier_.arrive_and_wait();
    tensor.copy_(total_);
    barrier_.arrive_and_wait();
    {
      const std::lock_guard lock(mutex_);
      total_ = torch::Tensor();
    }
    barrier_.arrive_and_wait();
  }

 private:
  std::mutex mutex_;
  std::barrier<> barrier_;
  torch::Tensor total_;
};

struct Outcome {
  torch::Tensor output;
  torch::Tensor maps_gradient;
  torch::Tensor weight_gradient;
  torch::Tensor bias_gradient;
  torch::Tensor running_mean;
  torch::Tensor running_var;
};

models::BatchNorm layer_with_values(std::int64_t channels, torch::Dtype type) {
  torch::manual_seed(9);
  models::BatchNorm layer(channels);
  layer->to(type);
  const torch::NoGradGuard no_gradients;
  layer->weight.copy_(torch::rand({channels}) + 0.5);
  layer->bias.copy_(torch::randn({channels}));
  return layer;
}

// The loss is a sum whose gradient differs from value to value, so that nothing cancels.
Outcome run(models::BatchNorm& layer, const torch::Tensor& maps, const torch::Tensor& shortcut,
            const torch::Tensor& slopes) {
  const torch::Tensor input = maps.clone().set_requires_grad(true);
  const torch::Tensor output =
      shortcut.defined() ? layer->forward_with_shortcut(input, shortcut) : layer->forward(input);
  (output * slopes).sum().backward();
  return {output.detach(),    input.grad(),        layer->weight.grad(),
          layer->bias.grad(), layer->running_mean, layer->running_var};
}

double difference(const torch::Tensor& a, const torch::Tensor& b) {
  return ((a - b).abs().max() / b.abs().max()).item<double>();
}

// Of one layer over a batch, and of as many layers over unequal parts of it, the largest difference.
double worst_difference(const std::vector<std::int64_t>& parts, bool with_shortcut, torch::Dtype type) {
  const std::int64_t images = std::accumulate(parts.begin(), parts.end(), std::int64_t{0});
  torch::manual_seed(10);
  const auto maps = torch::randn({images, 6, 5, 4}, type) * 3 + 2;
  const auto slopes = torch::randn({images, 6, 5, 4}, type);
  const auto shortcut = with_shortcut ? torch::randn({images, 6, 5, 4}, type) : torch::Tensor();
  auto whole = layer_with_values(6, type);
  const Outcome expected = run(whole, maps, shortcut, slopes);

  const int num_ranks = static_cast<int>(parts.size());
  Meeting meeting(num_ranks);
  std::vector<Outcome> outcomes(parts.size());
  std::vector<models::BatchNorm> layers;
  for (std::size_t i = 0; i < parts.size(); ++i) layers.push_back(layer_with_values(6, type));
  const auto map_parts = maps.split_with_sizes(parts);
  const auto slope_parts = slopes.split_with_sizes(parts);
  std::vector<std::jthread> ranks;
  for (int rank = 0; rank < num_ranks; ++rank) {
    ranks.emplace_back([&, rank] {
      const auto i = static_cast<std::size_t>(rank);
      layers[i]->set_exchange(std::make_shared<models::StatisticsExchange>(
          models::StatisticsExchange{rank, num_ranks, [&](torch::Tensor& tensor) { meeting.sum(tensor); }}));
      const auto own = with_shortcut ? shortcut.split_with_sizes(parts)[i] : torch::Tensor();
      outcomes[i] = run(layers[i], map_parts[i], own, slope_parts[i]);
    });
  }
  ranks.clear();

  std::vector<torch::Tensor> outputs;
  std::vector<torch::Tensor> gradients;
  auto weight_gradient = torch::zeros_like(expected.weight_gradient);
  auto bias_gradient = torch::zeros_like(expected.bias_gradient);
  double worst = 0.0;
  for (const Outcome& outcome : outcomes) {
    outputs.push_back(outcome.output);
    gradients.push_back(outcome.maps_gradient);
    weight_gradient += outcome.weight_gradient;
    bias_gradient += outcome.bias_gradient;
    worst = std::max({worst, difference(outcome.running_mean, expected.running_mean),
                      difference(outcome.running_var, expected.running_var)});
  }
  return std::max({worst, difference(torch::cat(outputs), expected.output),
                   difference(torch::cat(gradients), expected.maps_gradient),
                   difference(weight_gradient, expected.weight_gradient),
                   difference(bias_gradient, expected.bias_gradient)});
}

}  // namespace

TEST_CASE("batch normalisation over ranks is that over one big batch, forward and backward") {
  CHECK(worst_difference({4, 4}, false, torch::kFloat) < 1e-5);
  CHECK(worst_difference({5, 1, 2}, false, torch::kFloat) < 1e-5);
  CHECK(worst_difference({3, 4}, true, torch::kFloat) < 1e-5);
  CHECK(worst_difference({2, 2, 2, 2}, false, torch::kDouble) < 1e-12);
}

TEST_CASE("a layer that sees its own rank only differs from one that sees all") {
  // What the test above could not see if the exchange did nothing.
  auto layer = layer_with_values(6, torch::kFloat);
  torch::manual_seed(10);
  const auto maps = torch::randn({8, 6, 5, 4}) * 3 + 2;
  const auto whole = layer->forward(maps).chunk(2)[0];
  CHECK(difference(layer->forward(maps.chunk(2)[0]), whole) > 1e-3);
}
