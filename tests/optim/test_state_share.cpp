#include <algorithm>
#include <numeric>
#include <set>

#include <torch/torch.h>

#include "topfive/optim/optimizer.h"
#include "topfive/optim/state_share.h"

#include "support/catch.h"
#include "tensor_copies.h"
#include "two_parameters.h"

namespace topfive::optim {
namespace {

std::vector<std::int64_t> filled(const std::vector<std::int64_t>& sizes, const std::vector<int>& part_of, int parts) {
  std::vector<std::int64_t> sums(static_cast<std::size_t>(parts), 0);
  for (std::size_t i = 0; i < sizes.size(); ++i) sums[static_cast<std::size_t>(part_of[i])] += sizes[i];
  return sums;
}

}  // namespace

TEST_CASE("parts are filled largest first, and of equals the first comes first") {
  CHECK(balanced_parts({1, 10, 6, 6, 2}, 2) == std::vector<int>{0, 0, 1, 1, 0});
  CHECK(balanced_parts({5, 5, 5, 5}, 3) == std::vector<int>{0, 1, 2, 0});
  CHECK(balanced_parts({3, 4}, 1) == std::vector<int>{0, 0});
  CHECK(balanced_parts({3, 4}, 4) == std::vector<int>{1, 0});
  CHECK(balanced_parts({}, 2).empty());
}

TEST_CASE("no part is fuller than another by more than the largest size, whatever the sizes") {
  torch::manual_seed(11);
  for (int trial = 0; trial < 50; ++trial) {
    const auto drawn = torch::randint(1, 1000, {torch::randint(1, 60, {1}).item<std::int64_t>()}, torch::kInt64);
    const std::vector<std::int64_t> sizes(drawn.data_ptr<std::int64_t>(),
                                          drawn.data_ptr<std::int64_t>() + drawn.numel());
    for (const int parts : {1, 2, 3, 8}) {
      const auto sums = filled(sizes, balanced_parts(sizes, parts), parts);
      const auto [smallest, largest] = std::minmax_element(sums.begin(), sums.end());
      CHECK(std::accumulate(sums.begin(), sums.end(), std::int64_t{0}) == drawn.sum().item<std::int64_t>());
      CHECK(*largest - *smallest <= *std::max_element(sizes.begin(), sizes.end()));
    }
  }
}

TEST_CASE("an optimizer with a share updates its own parameters and has no memory for the state of the others") {
  const std::vector<OptimizerConfig> kinds = {SgdConfig{}, AdamWConfig{}, LambConfig{}, MuonConfig{}, RmsPropConfig{}};
  for (const OptimizerConfig& config : kinds) {
    CAPTURE(optimizer_alternatives().dump(config).dump());
    TwoParameters whole;
    TwoParameters shared;
    const auto reference = make_optimizer(config, whole);
    const auto optimizer = make_optimizer(config, shared, {1, 2});
    const auto weight = shared.weight.detach().clone();
    for (int step = 0; step < 3; ++step) {
      whole.set_gradients(step);
      shared.set_gradients(step);
      reference->step(0.1);
      optimizer->step(0.1);
    }
    CHECK(torch::equal(shared.weight, weight));  // the larger of the two belongs to part 0
    CHECK(torch::equal(shared.bias, whole.bias));
    const NamedTensors expected = reference->state();
    const NamedTensors state = optimizer->state();
    REQUIRE(state.size() == expected.size());
    for (std::size_t i = 0; i < state.size(); ++i) {
      CAPTURE(state[i].first);
      CHECK(state[i].first == expected[i].first);
      CHECK(state[i].second.sizes() == expected[i].second.sizes());
      CHECK(state[i].second.is_meta() == state[i].first.ends_with("weight"));
      if (!state[i].second.is_meta()) CHECK(torch::equal(state[i].second, expected[i].second));
    }
  }
}

TEST_CASE("an optimizer with a share takes its part of a whole state, and checks all of it") {
  TwoParameters module;
  const auto whole = make_optimizer(AdamWConfig{}, module);
  module.set_gradients(0);
  whole->step(0.1);
  NamedTensors state = copies(whole->state());
  const auto optimizer = make_optimizer(AdamWConfig{}, module, {1, 2});
  optimizer->load_state(state);
  CHECK(torch::equal(find_tensor(optimizer->state(), "exp_avg.bias"), find_tensor(state, "exp_avg.bias")));
  CHECK(find_tensor(optimizer->state(), "exp_avg.weight").is_meta());
  CHECK(find_tensor(optimizer->state(), "step").item<std::int64_t>() == 1);
  state.front().second = torch::zeros({7});  // of the other part
  CHECK_THROWS_WITH(optimizer->load_state(state), ContainsSubstring("exp_avg.weight has another shape"));
}

}  // namespace topfive::optim
