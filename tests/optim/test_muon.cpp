#include <cmath>

#include <torch/torch.h>

#include "topfive/optim/optimizer.h"

#include "support/catch.h"
#include "tensor_copies.h"

namespace topfive::optim {
namespace {

// A convolution, a layer with more outputs than inputs, a norm and a classifier.
struct SmallNetwork : torch::nn::Module {
  SmallNetwork() {
    torch::manual_seed(5);
    conv = register_module("conv", torch::nn::Conv2d(torch::nn::Conv2dOptions(3, 6, 3).bias(false)));
    norm = register_module("norm", torch::nn::BatchNorm2d(6));
    wide = register_module("wide", torch::nn::Linear(6, 9));
    fc = register_module("fc", torch::nn::Linear(9, 4));
  }
  void set_gradients(std::int64_t seed) {
    torch::manual_seed(seed);
    for (torch::Tensor& parameter : parameters()) parameter.mutable_grad() = torch::randn(parameter.sizes());
  }
  torch::nn::Conv2d conv{nullptr};
  torch::nn::BatchNorm2d norm{nullptr};
  torch::nn::Linear wide{nullptr};
  torch::nn::Linear fc{nullptr};
};

MuonConfig without_decay(MuonScale scale) {
  MuonConfig config;
  config.weight_decay = 0.0;
  config.scale = scale;
  return config;
}

// What one step at rate 1 takes away from the weight, as a matrix.
torch::Tensor first_step_of(SmallNetwork& network, const MuonConfig& config, const torch::Tensor& weight) {
  const auto optimizer = make_optimizer(config, network);
  const auto before = weight.detach().clone();
  optimizer->step(1.0);
  return (before - weight.detach()).flatten(1);
}

}  // namespace

TEST_CASE("a step of a hidden matrix has about the same size in every direction, whatever the gradient's") {
  const double factor = GENERATE(1e-4, 1.0, 1e4);
  SmallNetwork network;
  network.set_gradients(1);
  network.conv->weight.mutable_grad().mul_(factor);
  const auto step = first_step_of(network, without_decay(MuonScale::kOriginal), network.conv->weight);
  const auto singular_values = torch::linalg_svdvals(step);
  CHECK(singular_values.min().item<double>() > 0.6);
  CHECK(singular_values.max().item<double>() < 1.3);
}

TEST_CASE("the step of a matrix points where its gradient does in every direction of that") {
  SmallNetwork network;
  network.set_gradients(2);
  const auto gradient = network.conv->weight.grad().flatten(1).clone();
  const auto step = first_step_of(network, without_decay(MuonScale::kOriginal), network.conv->weight);
  const auto [u, s, vh] = torch::linalg_svd(gradient, /*full_matrices=*/false);
  const auto along = u.t().mm(step).mm(vh.t());
  CHECK(along.diagonal().min().item<double>() > 0.6);
  CHECK((along - along.diagonal().diag()).abs().max().item<double>() < 1e-4);
}

TEST_CASE("the sizes of a step follow the shape of the matrix, by either rule") {
  SmallNetwork network;
  network.set_gradients(3);
  const auto original = first_step_of(network, without_decay(MuonScale::kOriginal), network.wide->weight);
  SmallNetwork other;
  other.set_gradients(3);
  const auto matched = first_step_of(other, without_decay(MuonScale::kMatchRmsAdamW), other.wide->weight);
  // 9 rows, 6 columns: sqrt(9 / 6) against 0.2 sqrt(9).
  CHECK(torch::allclose(matched / (0.2 * 3.0), original / std::sqrt(1.5), 1e-4, 1e-6));
}

TEST_CASE("a tall matrix is updated as its transpose is") {
  SmallNetwork tall;
  tall.set_gradients(4);
  SmallNetwork flat;
  flat.set_gradients(4);
  flat.wide->weight.set_data(tall.wide->weight.detach().t().contiguous());
  flat.wide->weight.mutable_grad() = tall.wide->weight.grad().t().contiguous();
  const auto config = without_decay(MuonScale::kMatchRmsAdamW);
  const auto expected = first_step_of(flat, config, flat.wide->weight);
  CHECK(torch::allclose(first_step_of(tall, config, tall.wide->weight), expected.t(), 1e-4, 1e-6));
}

TEST_CASE("norms, biases and the classifier are AdamW's, at their own rate") {
  SmallNetwork network;
  SmallNetwork reference;
  MuonConfig muon = without_decay(MuonScale::kMatchRmsAdamW);
  muon.adamw_learning_rate_factor = 0.5;
  AdamWConfig adamw;
  adamw.weight_decay = 0.0;
  adamw.beta2 = muon.beta2;
  const auto optimizer = make_optimizer(muon, network);
  const auto expected = make_optimizer(adamw, reference);
  for (int step = 0; step < 3; ++step) {
    network.set_gradients(step);
    reference.set_gradients(step);
    optimizer->step(0.01);
    expected->step(0.005);
  }
  for (const auto* name : {"norm.weight", "norm.bias", "wide.bias", "fc.weight", "fc.bias"}) {
    CAPTURE(name);
    CHECK(torch::equal(network.named_parameters()[name], reference.named_parameters()[name]));
  }
  CHECK_FALSE(torch::equal(network.wide->weight, reference.wide->weight));
  CHECK_FALSE(torch::equal(network.conv->weight, reference.conv->weight));
}

TEST_CASE("mean squares are kept for AdamW's parameters only") {
  const SmallNetwork network;
  std::vector<std::string> names;
  for (const auto& [name, tensor] : make_optimizer(MuonConfig{}, network)->state()) {
    if (name.starts_with("exp_avg_sq.")) names.push_back(name);
  }
  CHECK(names == std::vector<std::string>{"exp_avg_sq.fc.weight", "exp_avg_sq.norm.weight", "exp_avg_sq.norm.bias",
                                          "exp_avg_sq.wide.bias", "exp_avg_sq.fc.bias"});
}

TEST_CASE("matrices go on with the same bits after their state is saved and loaded, shared out or not") {
  const int parts = GENERATE(1, 2);
  SmallNetwork straight;
  const auto straight_optimizer = make_optimizer(MuonConfig{}, straight);
  SmallNetwork resumed;
  const auto resumed_optimizer = make_optimizer(MuonConfig{}, resumed, {0, parts});
  for (int step = 0; step < 2; ++step) {
    straight.set_gradients(step);
    straight_optimizer->step(0.01);
  }
  {
    const torch::NoGradGuard no_grad;
    for (const auto& item : straight.named_parameters()) resumed.named_parameters()[item.key()].copy_(item.value());
  }
  resumed_optimizer->load_state(copies(straight_optimizer->state()));
  straight.set_gradients(7);
  straight_optimizer->step(0.01);
  resumed.set_gradients(7);
  resumed_optimizer->step(0.01);
  // The largest matrix is the first part's.
  CHECK(torch::equal(resumed.conv->weight, straight.conv->weight));
  CHECK(torch::equal(resumed.fc->weight, straight.fc->weight) == (parts == 1));
}

TEST_CASE("filters in channels-last order are updated as contiguous ones are") {
  SmallNetwork plain;
  SmallNetwork last;
  last.conv->weight.set_data(last.conv->weight.detach().contiguous(torch::MemoryFormat::ChannelsLast));
  const auto plain_optimizer = make_optimizer(MuonConfig{}, plain);
  const auto last_optimizer = make_optimizer(MuonConfig{}, last);
  for (int step = 0; step < 3; ++step) {
    plain.set_gradients(step);
    last.set_gradients(step);
    plain_optimizer->step(0.01);
    last_optimizer->step(0.01);
  }
  CHECK(last.conv->weight.is_contiguous(torch::MemoryFormat::ChannelsLast));
  CHECK(torch::allclose(plain.conv->weight, last.conv->weight, 1e-6, 1e-7));
}

TEST_CASE("a gradient of zeros moves no matrix") {
  SmallNetwork network;
  network.set_gradients(1);
  network.conv->weight.mutable_grad().zero_();
  const auto step = first_step_of(network, without_decay(MuonScale::kMatchRmsAdamW), network.conv->weight);
  CHECK(step.abs().max().item<double>() == 0.0);
}

}  // namespace topfive::optim
