// Losses against torch and timm, mixed pictures and boxes against torchvision (tests/golden/losses.py).
#include <fstream>

#include <nlohmann/json.hpp>
#include <torch/torch.h>

#include "topfive/loss/classification_loss.h"
#include "topfive/loss/mix.h"

#include "support/catch.h"
#include "support/source_directory.h"

namespace topfive::loss {
namespace {

const nlohmann::json& golden() {
  static const nlohmann::json kGolden = [] {
    std::ifstream file(tests::golden_path("losses.json"));
    return nlohmann::json::parse(file);
  }();
  return kGolden;
}

constexpr std::int64_t kClasses = 5;

torch::Tensor golden_labels() { return torch::tensor({3, 0, 3, 4}); }

torch::Tensor golden_logits() { return (torch::arange(20, torch::kFloat32).view({4, kClasses}) * 1.7).sin() * 3; }

torch::Tensor golden_images() { return torch::arange(4 * 2 * 6 * 8, torch::kFloat32).view({4, 2, 6, 8}); }

torch::Tensor tensor_of(const nlohmann::json& values, const torch::Tensor& like) {
  return torch::tensor(values.get<std::vector<double>>()).to(torch::kFloat32).view(like.sizes());
}

LossConfig config_of(const nlohmann::json& item) {
  LossConfig config;
  config.type = item["type"] == "cross_entropy" ? LossType::kCrossEntropy : LossType::kBinaryCrossEntropy;
  config.label_smoothing = item["label_smoothing"];
  config.target_threshold = item["target_threshold"];
  config.sum_classes = item["sum_classes"];
  return config;
}

// The targets as a dense matrix. [N, C]
torch::Tensor dense(const Targets& targets) {
  return at::lerp(at::one_hot(targets.partner_labels, kClasses).to(torch::kFloat32),
                  at::one_hot(targets.labels, kClasses).to(torch::kFloat32), targets.own_share);
}

}  // namespace

TEST_CASE("losses and gradients of mixed and unmixed batches equal torch's and timm's") {
  REQUIRE(golden()["losses"].size() == 24);
  for (const auto& item : golden()["losses"]) {
    CAPTURE(item.dump());
    const double own_share = item["own_share"];
    const MixPlan plan = own_share < 1.0 ? MixPlan{MixKind::kMixup, own_share, {}} : MixPlan{};
    const auto logits = golden_logits().requires_grad_();
    const auto loss = classification_loss(logits, {}, mix_labels(golden_labels(), plan), config_of(item));
    CHECK(loss.item<double>() == Approx(item["loss"].get<double>()).epsilon(1e-6));
    loss.backward();
    CHECK(at::allclose(logits.grad(), tensor_of(item["gradient"], logits), 1e-5, 1e-6));
  }
}

TEST_CASE("pictures and targets of mixup equal torchvision's") {
  const auto& item = golden()["mixup"];
  const MixPlan plan{MixKind::kMixup, item["own_share"].get<double>(), {}};
  const auto mixed = mix_images(golden_images(), plan);
  CHECK(at::allclose(mixed, tensor_of(item["images"], mixed), 1e-6, 1e-6));
  const auto targets = dense(mix_labels(golden_labels(), plan));
  CHECK(at::allclose(targets, tensor_of(item["targets"], targets), 1e-6, 1e-6));
}

TEST_CASE("pictures and targets of cutmix equal torchvision's") {
  const auto& item = golden()["cutmix"];
  const MixBox box{item["box"][0], item["box"][1], item["box"][2], item["box"][3]};
  const MixPlan plan{MixKind::kCutmix, 1.0 - 15.0 / 48.0, box};
  const auto mixed = mix_images(golden_images(), plan);
  CHECK(mixed.equal(tensor_of(item["images"], mixed)));
  const auto targets = dense(mix_labels(golden_labels(), plan));
  CHECK(at::allclose(targets, tensor_of(item["targets"], targets), 1e-6, 1e-6));
}

TEST_CASE("boxes of cutmix equal torchvision's") {
  REQUIRE(golden()["boxes"].size() == 30);
  for (const auto& item : golden()["boxes"]) {
    CAPTURE(item.dump());
    const MixBox box = cutmix_box({item["height"], item["width"]}, item["own_share"], item["x"], item["y"]);
    CHECK(std::vector<std::int64_t>{box.x1, box.y1, box.x2, box.y2} == item["box"].get<std::vector<std::int64_t>>());
  }
}

}  // namespace topfive::loss
