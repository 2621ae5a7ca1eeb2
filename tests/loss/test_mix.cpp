#include <algorithm>
#include <cmath>
#include <functional>
#include <numbers>
#include <vector>

#include <torch/torch.h>

#include "topfive/loss/mix.h"

#include "support/catch.h"

namespace topfive::loss {
namespace {

constexpr ImageSize kSize{.height = 24, .width = 40};

// The largest distance between the shares of draws below x and the distribution function (Kolmogorov and Smirnov).
double largest_gap(std::vector<double> draws, const std::function<double(double)>& cumulative) {
  std::sort(draws.begin(), draws.end());
  double gap = 0.0;
  const auto count = static_cast<double>(draws.size());
  for (std::size_t i = 0; i < draws.size(); ++i) {
    const double expected = cumulative(draws[i]);
    gap = std::max({gap, std::abs(expected - static_cast<double>(i) / count),
                    std::abs(expected - static_cast<double>(i + 1) / count)});
  }
  return gap;
}

std::vector<double> beta_draws(double alpha, int count) {
  base::RandomStream random(7, 0, 0);
  std::vector<double> draws;
  for (int i = 0; i < count; ++i) draws.push_back(sample_beta(alpha, random));
  return draws;
}

LossConfig mixing(double mixup_alpha, double cutmix_alpha) {
  LossConfig config;
  config.mixup_alpha = mixup_alpha;
  config.cutmix_alpha = cutmix_alpha;
  return config;
}

}  // namespace

TEST_CASE("shares follow the beta distribution") {
  constexpr int kDraws = 20000;
  const double limit = 2.2 / std::sqrt(kDraws);  // exceeded by chance about once in 8,000 seeds
  CHECK(largest_gap(beta_draws(1.0, kDraws), [](double x) { return x; }) < limit);
  CHECK(largest_gap(beta_draws(0.5, kDraws),
                    [](double x) { return 2.0 / std::numbers::pi * std::asin(std::sqrt(x)); }) < limit);
  CHECK(largest_gap(beta_draws(2.0, kDraws), [](double x) { return x * x * (3.0 - 2.0 * x); }) < limit);
}

TEST_CASE("shares of a very small alpha are numbers, near zero or one") {
  int extreme = 0;
  for (const double share : beta_draws(0.001, 1000)) {
    REQUIRE(share >= 0.0);
    REQUIRE(share <= 1.0);
    if (share < 1e-3 || share > 1.0 - 1e-3) ++extreme;
  }
  CHECK(extreme > 950);
}

TEST_CASE("a plan is a function of seed, epoch and batch") {
  const auto plan_of = [](std::uint64_t seed, std::uint64_t epoch, std::uint64_t batch) {
    auto random = mix_stream(seed, epoch, batch);
    return sample_mix(mixing(1.0, 0.0), kSize, random).own_share;
  };
  CHECK(plan_of(1, 2, 3) == plan_of(1, 2, 3));
  CHECK(plan_of(1, 2, 3) != plan_of(2, 2, 3));
  CHECK(plan_of(1, 2, 3) != plan_of(1, 3, 3));
  CHECK(plan_of(1, 2, 3) != plan_of(1, 2, 4));
}

TEST_CASE("kinds come as often as asked for") {
  LossConfig config = mixing(0.2, 1.0);
  config.mix_probability = 0.5;
  config.switch_probability = 0.25;
  base::RandomStream random(3, 0, 0);
  int mixup = 0;
  int cutmix = 0;
  for (int i = 0; i < 4000; ++i) {
    const MixKind kind = sample_mix(config, kSize, random).kind;
    mixup += kind == MixKind::kMixup ? 1 : 0;
    cutmix += kind == MixKind::kCutmix ? 1 : 0;
  }
  CHECK(std::abs(mixup - 1500) < 150);  // five standard deviations
  CHECK(std::abs(cutmix - 500) < 110);  // the same, and the few boxes without area
}

TEST_CASE("a kind that is off never comes") {
  base::RandomStream random(4, 0, 0);
  for (int i = 0; i < 200; ++i) {
    CHECK(sample_mix(mixing(0.2, 0.0), kSize, random).kind == MixKind::kMixup);
    CHECK(sample_mix(mixing(0.0, 1.0), kSize, random).kind != MixKind::kMixup);
    CHECK(sample_mix(mixing(0.0, 0.0), kSize, random).kind == MixKind::kNone);
  }
}

TEST_CASE("a box lies inside the picture and its area is the partner's share") {
  base::RandomStream random(5, 0, 0);
  for (int i = 0; i < 500; ++i) {
    const ImageSize size{.height = static_cast<std::int64_t>(1 + random.below(50)),
                         .width = static_cast<std::int64_t>(1 + random.below(50))};
    const MixPlan plan = sample_mix(mixing(0.0, 1.0), size, random);
    if (plan.kind == MixKind::kNone) continue;
    const MixBox& box = plan.box;
    REQUIRE((0 <= box.x1 && box.x1 < box.x2 && box.x2 <= size.width));
    REQUIRE((0 <= box.y1 && box.y1 < box.y2 && box.y2 <= size.height));
    const auto area = static_cast<double>((box.x2 - box.x1) * (box.y2 - box.y1));
    REQUIRE(plan.own_share == Approx(1.0 - area / static_cast<double>(size.width * size.height)));
  }
}

TEST_CASE("mixing keeps the layout and leaves the pictures as they were") {
  const MixPlan plan = GENERATE(MixPlan{MixKind::kMixup, 0.25, {}}, MixPlan{MixKind::kCutmix, 0.5, {0, 0, 2, 2}});
  torch::manual_seed(1);
  const auto images = torch::randn({3, 3, 4, 2}).contiguous(at::MemoryFormat::ChannelsLast);
  const auto before = images.clone();
  const auto mixed = mix_images(images, plan);
  CHECK(mixed.is_contiguous(at::MemoryFormat::ChannelsLast));
  CHECK(images.equal(before));
  CHECK_FALSE(mixed.equal(before));
}

TEST_CASE("a picture that is its own partner stays as it is") {
  const MixPlan plan = GENERATE(MixPlan{MixKind::kMixup, 0.25, {}}, MixPlan{MixKind::kCutmix, 0.5, {0, 0, 2, 2}});
  const auto images = torch::randn({1, 3, 4, 4});
  CHECK(mix_images(images, plan).equal(images));
}

TEST_CASE("an unmixed plan passes pictures and labels through") {
  const auto images = torch::randn({2, 3, 4, 4});
  CHECK(mix_images(images, {}).data_ptr() == images.data_ptr());
  CHECK_FALSE(mix_labels(torch::tensor({1, 2}), {}).mixed());
}

}  // namespace topfive::loss
