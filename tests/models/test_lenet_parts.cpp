#include <set>

#include <torch/torch.h>

#include "topfive/models/lenet_parts.h"

#include "support/catch.h"

namespace topfive::models {

TEST_CASE("C3 has 60 connections: six maps with three, nine with four, one with all six") {
  std::multiset<std::size_t> sizes;
  std::vector<int> used(6, 0);
  std::set<std::vector<std::int64_t>> different;
  for (const auto& inputs : c3_connections()) {
    sizes.insert(inputs.size());
    different.insert(inputs);
    for (const std::int64_t input : inputs) ++used.at(static_cast<std::size_t>(input));
  }
  CHECK(sizes.count(3) == 6);
  CHECK(sizes.count(4) == 9);
  CHECK(sizes.count(6) == 1);
  CHECK(different.size() == 16);  // The table breaks the symmetry: no two maps see the same inputs.
  CHECK(used == std::vector<int>(6, 10));
}

TEST_CASE("a gradient reaches exactly the maps that a map of C3 is connected to") {
  torch::manual_seed(1);
  PartialConvolution layer;
  for (std::size_t output = 0; output < 16; ++output) {
    const auto maps = torch::randn({1, 6, 14, 14}).requires_grad_();
    layer.zero_grad();
    const auto result = layer.forward(maps);
    REQUIRE(result.sizes() == torch::IntArrayRef({1, 16, 10, 10}));
    result[0][static_cast<std::int64_t>(output)].sum().backward();
    std::vector<std::int64_t> reached;
    for (std::int64_t input = 0; input < 6; ++input) {
      if (maps.grad()[0][input].abs().sum().item<double>() > 0.0) reached.push_back(input);
    }
    CHECK(reached == c3_connections()[output]);
    // In the weights it reaches one 5 x 5 filter per connection and no others.
    const auto touched = layer.parameters()[0].grad().flatten(1).abs().sum(1).gt(0).sum();
    CHECK(touched.item<std::int64_t>() == static_cast<std::int64_t>(reached.size()));
  }
}

TEST_CASE("a map of C3 is the sum of its own filters over its own inputs") {
  torch::manual_seed(2);
  PartialConvolution layer;
  const torch::NoGradGuard no_grad;
  const auto weight = layer.parameters()[0];
  const auto bias = layer.parameters()[1];
  bias.normal_();
  const auto maps = torch::randn({2, 6, 14, 14});
  const auto result = layer.forward(maps);
  std::int64_t filter = 0;
  for (std::int64_t output = 0; output < 16; ++output) {
    auto sum = torch::full({2, 1, 10, 10}, bias[output].item<double>());
    for (const std::int64_t input : c3_connections()[static_cast<std::size_t>(output)]) {
      sum += torch::conv2d(maps.narrow(1, input, 1), weight[filter++].view({1, 1, 5, 5}));
    }
    CHECK(torch::allclose(result.narrow(1, output, 1), sum, 1e-4, 1e-5));
  }
}

TEST_CASE("initial filters of C3 stay within 2.4 over the number of inputs of their map") {
  PartialConvolution layer;
  const auto weight = layer.parameters()[0];
  std::int64_t filter = 0;
  for (const auto& inputs : c3_connections()) {
    const auto count = static_cast<std::int64_t>(inputs.size());
    const double bound = 2.4 / (25.0 * static_cast<double>(count));
    const double largest = weight.narrow(0, filter, count).abs().max().item<double>();
    CHECK(largest <= bound);
    CHECK(largest > 0.8 * bound);
    filter += count;
  }
}

TEST_CASE("subsampling scales and shifts the mean of each 2 x 2 block") {
  Subsampling layer(2);
  const torch::NoGradGuard no_grad;
  layer.parameters()[0].copy_(torch::tensor({2.0F, -1.0F}));
  layer.parameters()[1].copy_(torch::tensor({0.5F, 10.0F}));
  const auto maps = torch::arange(8).to(torch::kFloat32).view({1, 2, 2, 2});  // Means 1.5 and 5.5.
  CHECK(torch::equal(layer.forward(maps).flatten(), torch::tensor({3.5F, 4.5F})));
}

TEST_CASE("the squashing function maps one to one, as the paper's appendix says") {
  const auto values = scaled_tanh(torch::tensor({-1.0, 0.0, 1.0, 100.0}, torch::kFloat64));
  CHECK(values[0].item<double>() == Approx(-1.0).margin(1e-4));
  CHECK(values[1].item<double>() == 0.0);
  CHECK(values[2].item<double>() == Approx(1.0).margin(1e-4));
  CHECK(values[3].item<double>() == Approx(1.7159));
}

TEST_CASE("the codes of the ten digits are of plus and minus one and all different") {
  const auto codes = digit_codes();
  CHECK(codes.sizes() == torch::IntArrayRef({10, 84}));
  CHECK(codes.abs().eq(1).all().item<bool>());
  for (std::int64_t a = 0; a < 10; ++a) {
    for (std::int64_t b = a + 1; b < 10; ++b) CHECK((codes[a] != codes[b]).sum().item<std::int64_t>() >= 4);
  }
}

TEST_CASE("a state equal to a digit's code has that digit as its largest logit, zero") {
  RadialOutput output;
  const auto logits = output.forward(digit_codes());
  CHECK(torch::equal(logits.argmax(1), torch::arange(10)));
  CHECK(logits.diagonal().abs().max().item<double>() == 0.0);
  // One code against another: four for every pixel that differs.
  const auto differing = (digit_codes()[3] != digit_codes()[8]).sum().item<double>();
  CHECK(logits[3][8].item<double>() == Approx(-4.0 * differing));
}

}  // namespace topfive::models
