#include "topfive/engine/train_step.h"

#include <torch/torch.h>

#include "topfive/engine/autocast.h"
#include "topfive/models/registry.h"

#include "small_run.h"
#include "support/catch.h"

namespace engine = topfive::engine;
namespace models = topfive::models;
namespace optim = topfive::optim;

namespace {

constexpr double kRate = 0.1;

// LeNet-5 with fixed initial weights, and one optimizer step on it.
class OneStep {
 public:
  explicit OneStep(const engine::TrainStepOptions& options) : options_(options) {
    torch::manual_seed(3);
    model_ = models::build_model(topfive::tests::small_config().model);
    model_->train();
    optimizer_ = optim::make_optimizer(optim::SgdConfig{}, *model_);
  }
  engine::StepSums run(const engine::DeviceBatch& batch) {
    engine::TrainStep step(*model_, *optimizer_, options_, clock_);
    const auto images = batch.images.chunk(options_.accumulation_steps);
    const auto labels = batch.labels.chunk(options_.accumulation_steps);
    for (std::size_t i = 0; i < images.size(); ++i) step.add({images[i], labels[i]});
    return step.update(kRate);
  }
  torch::Tensor weights() const {
    std::vector<torch::Tensor> flat;
    for (const auto& parameter : model_->parameters()) flat.push_back(parameter.detach().reshape({-1}));
    return torch::cat(flat);
  }
  const engine::StepClock& clock() const { return clock_; }

 private:
  engine::TrainStepOptions options_;
  engine::StepClock clock_;
  std::shared_ptr<models::ImageClassifier> model_;
  std::unique_ptr<optim::Optimizer> optimizer_;
};

engine::DeviceBatch some_batch() {
  torch::manual_seed(11);
  return {torch::randn({8, 1, 28, 28}), torch::randint(4, {8}, torch::kInt64)};
}

}  // namespace

TEST_CASE("a batch in parts changes the weights as the whole batch does", "[engine][step]") {
  const auto batch = some_batch();
  OneStep whole({});
  const auto whole_sums = whole.run(batch);
  engine::TrainStepOptions options;
  options.accumulation_steps = GENERATE(2, 4, 8);
  OneStep parts(options);
  const auto part_sums = parts.run(batch);
  CHECK(torch::allclose(parts.weights(), whole.weights(), 1e-5, 1e-6));
  CHECK(part_sums.images == 8);
  CHECK_THAT(part_sums.loss.item<double>(), Catch::Matchers::WithinRel(whole_sums.loss.item<double>(), 1e-5));
  CHECK(part_sums.top1_correct.item<std::int64_t>() == whole_sums.top1_correct.item<std::int64_t>());
}

TEST_CASE("a step in bf16 follows the step in float32 without being it", "[engine][step]") {
  const auto batch = some_batch();
  OneStep exact({});
  const auto before = exact.weights().clone();
  exact.run(batch);
  engine::TrainStepOptions options;
  options.precision = engine::Precision::kBfloat16;
  OneStep narrow(options);
  narrow.run(batch);
  const auto exact_change = exact.weights() - before;
  const auto narrow_change = narrow.weights() - before;
  CHECK_FALSE(torch::equal(exact_change, narrow_change));
  CHECK(torch::cosine_similarity(exact_change, narrow_change, 0).item<double>() > 0.98);
}

TEST_CASE("autocast is on only inside its scope, and scopes nest", "[engine][step]") {
  const auto left = torch::randn({4, 4});
  const auto product_type = [&] { return torch::matmul(left, left).scalar_type(); };
  {
    const engine::AutocastScope outer(engine::Precision::kBfloat16, torch::kCPU);
    CHECK(product_type() == torch::kBFloat16);
    { const engine::AutocastScope inner(engine::Precision::kBfloat16, torch::kCPU); }
    CHECK(product_type() == torch::kBFloat16);
  }
  CHECK(product_type() == torch::kFloat32);
  const engine::AutocastScope none(engine::Precision::kFloat32, torch::kCPU);
  CHECK(product_type() == torch::kFloat32);
}

TEST_CASE("fp16 is refused on a CPU with what to use instead", "[engine][step]") {
  engine::TrainConfig config;
  config.precision = engine::Precision::kFloat16;
  CHECK_THROWS_WITH(engine::set_up_precision(config, torch::kCPU), ContainsSubstring("use bf16 or float32"));
}

TEST_CASE("fp16 leaves out a step whose scaled gradients overflow, and halves the scale", "[engine][step]") {
  engine::TrainStepOptions options;
  options.precision = engine::Precision::kFloat16;
  options.grad_scaler.initial_scale = GENERATE(256.0, 1e38);
  const bool overflows = options.grad_scaler.initial_scale > 1e6;
  OneStep step(options);
  const auto before = step.weights().clone();
  const auto sums = step.run(some_batch());
  CHECK(sums.scale_fell == overflows);
  CHECK(sums.skipped == overflows);
  CHECK(torch::equal(step.weights(), before) == overflows);
}

TEST_CASE("gradients are clipped to the norm that is asked for, and the norm before is told", "[engine][step]") {
  engine::TrainStepOptions options;
  options.clip.norm = 1e-3;
  OneStep step(options);
  const auto before = step.weights().clone();
  const auto sums = step.run(some_batch());
  CHECK(sums.gradient_norm.item<double>() > 1e-2);
  CHECK((step.weights() - before).norm().item<double>() <=
        1.01e-3 * kRate + 1e-4 * kRate * before.norm().item<double>());
}

TEST_CASE("the time of a step is told apart by phase", "[engine][step]") {
  OneStep step({});
  step.run(some_batch());
  for (const auto phase : {engine::StepPhase::kForward, engine::StepPhase::kBackward, engine::StepPhase::kOptimizer}) {
    CHECK(step.clock().seconds(phase) > 0.0);
  }
  CHECK(step.clock().seconds(engine::StepPhase::kData) == 0.0);
}
