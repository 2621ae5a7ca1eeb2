#include <cmath>

#include <torch/torch.h>

#include "topfive/loss/classification_loss.h"

#include "support/catch.h"

namespace topfive::loss {
namespace {

// The definition in doubles: minus the sum of target times log-probability, averaged over the rows.
double loss_by_hand(const torch::Tensor& logits, const torch::Tensor& labels, double smoothing) {
  double total = 0.0;
  const std::int64_t classes = logits.size(1);
  for (std::int64_t row = 0; row < logits.size(0); ++row) {
    double sum = 0.0;
    for (std::int64_t c = 0; c < classes; ++c) sum += std::exp(logits[row][c].item<double>());
    for (std::int64_t c = 0; c < classes; ++c) {
      const double share = smoothing / static_cast<double>(classes);
      const double target = share + (labels[row].item<std::int64_t>() == c ? 1.0 - smoothing : 0.0);
      total -= target * (logits[row][c].item<double>() - std::log(sum));
    }
  }
  return total / static_cast<double>(logits.size(0));
}

LossConfig smoothed(double label_smoothing) {
  LossConfig config;
  config.label_smoothing = label_smoothing;
  config.auxiliary_weight = 0.3;
  return config;
}

}  // namespace

TEST_CASE("the loss is the mean cross-entropy with smoothed labels") {
  const double smoothing = GENERATE(0.0, 0.1, 0.5);
  torch::manual_seed(1);
  const auto logits = torch::randn({7, 11}) * 2;
  const auto labels = torch::randint(11, {7}, torch::kInt64);
  const auto loss = classification_loss(logits, {}, labels, smoothed(smoothing));
  CHECK(loss.dim() == 0);
  CHECK(loss.item<double>() == Approx(loss_by_hand(logits, labels, smoothing)).epsilon(1e-5));
}

TEST_CASE("equal scores cost the logarithm of the number of classes") {
  const auto loss = classification_loss(torch::zeros({3, 1000}), {}, torch::tensor({1, 5, 9}), smoothed(0.1));
  CHECK(loss.item<double>() == Approx(std::log(1000.0)).epsilon(1e-6));
}

TEST_CASE("auxiliary outputs add their weighted loss and receive gradients") {
  torch::manual_seed(2);
  const auto labels = torch::tensor({2, 0});
  const auto main = torch::randn({2, 4}).requires_grad_();
  const auto first = torch::randn({2, 4}).requires_grad_();
  const auto second = torch::randn({2, 4});
  const LossConfig config = smoothed(0.1);
  const auto loss = classification_loss(main, {first, second}, labels, config);
  const double expected =
      loss_by_hand(main, labels, 0.1) + 0.3 * (loss_by_hand(first, labels, 0.1) + loss_by_hand(second, labels, 0.1));
  CHECK(loss.item<double>() == Approx(expected).epsilon(1e-5));
  loss.backward();
  CHECK(main.grad().abs().sum().item<double>() > 0.0);
  CHECK(first.grad().abs().sum().item<double>() > 0.0);
}

TEST_CASE("half-precision scores are turned into a float loss") {
  const auto type = GENERATE(torch::kBFloat16, torch::kFloat16);
  torch::manual_seed(3);
  const auto logits = torch::randn({4, 1000}).to(type);
  const auto labels = torch::randint(1000, {4}, torch::kInt64);
  const auto loss = classification_loss(logits, {}, labels, LossConfig{});
  CHECK(loss.scalar_type() == torch::kFloat32);
  CHECK(loss.item<double>() == Approx(loss_by_hand(logits, labels, 0.0)).epsilon(1e-5));
}

TEST_CASE("auxiliary outputs share the targets of a mixed batch, whatever the type of loss") {
  LossConfig config;
  config.type = GENERATE(LossType::kCrossEntropy, LossType::kBinaryCrossEntropy);
  config.auxiliary_weight = 0.25;
  torch::manual_seed(4);
  const auto logits = torch::randn({3, 6});
  const auto labels = torch::tensor({5, 2, 2});
  const Targets targets{labels, labels.roll(1, 0), torch::full({}, 0.6F)};
  const double alone = classification_loss(logits, {}, targets, config).item<double>();
  const double with_auxiliary = classification_loss(logits, {logits, logits}, targets, config).item<double>();
  CHECK(with_auxiliary == Approx(1.5 * alone).epsilon(1e-6));
}

TEST_CASE("the loss of guessing is that of scores which give each class its share") {
  LossConfig config;
  config.type = GENERATE(LossType::kCrossEntropy, LossType::kBinaryCrossEntropy);
  config.sum_classes = config.type == LossType::kBinaryCrossEntropy && GENERATE(false, true);
  config.label_smoothing = GENERATE(0.0, 0.1);
  constexpr int kClasses = 8;
  // Every label once, so that the pictures are shared out as evenly as the guess. A sigmoid gives 1 / 8 here.
  const auto logits = torch::full({kClasses, kClasses}, -std::log(kClasses - 1.0));
  const auto loss = classification_loss(logits, {logits}, torch::arange(kClasses), config);
  CHECK(guessing_loss(config, kClasses, 1) == Approx(loss.item<double>()).epsilon(1e-5));
}

TEST_CASE("the dominant label is the one that weighs more") {
  const auto labels = torch::tensor({1, 2, 3});
  const auto partners = labels.roll(1, 0);
  CHECK(dominant_labels({labels, {}, {}}).equal(labels));
  CHECK(dominant_labels({labels, partners, torch::full({}, 0.5F)}).equal(labels));
  CHECK(dominant_labels({labels, partners, torch::full({}, 0.49F)}).equal(partners));
}

}  // namespace topfive::loss
