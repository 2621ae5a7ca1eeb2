#include "topfive/engine/train_step.h"

#include <utility>

#include <torch/utils.h>

#include "topfive/engine/autocast.h"
#include "topfive/loss/classification_loss.h"

namespace topfive::engine {
namespace {

void add_to(torch::Tensor& sum, const torch::Tensor& value) { sum = sum.defined() ? sum + value : value; }

}  // namespace

TrainStep::TrainStep(models::ImageClassifier& model, optim::Optimizer& optimizer, const TrainStepOptions& options,
                     StepClock& clock)
    : model_(model), optimizer_(optimizer), options_(options), clock_(clock) {
  if (options.precision == Precision::kFloat16) {
    scaler_ = std::make_unique<optim::GradScaler>(options.grad_scaler, model.parameters().front().device());
  }
  if (options.skip_non_finite) skip_guard_.emplace(model);
  if (!options.cuda_graphs) return;
  graph_ = std::make_unique<GraphedPass>([this](const PassInput& input) { return pass(input); }, model.parameters());
}

void TrainStep::add(const DeviceBatch& part, const loss::MixPlan& mix) {
  const PassInput input{loss::mix_images(part.images, mix), loss::mix_labels(part.labels, mix)};
  if (sums_.images == 0 && skip_guard_) skip_guard_->begin();
  if (sums_.images == 0 && !graph_) optimizer_.zero_grad();
  const PassSums sums = graph_ ? graph_->run(input) : pass(input);
  add_to(sums_.loss, sums.loss);
  add_to(sums_.top1_correct, sums.top1_correct);
  sums_.images += part.labels.size(0);
}

PassSums TrainStep::pass(const PassInput& input) {
  torch::Tensor loss;
  models::Prediction prediction;
  {
    const AutocastScope autocast(options_.precision, input.images.device());
    prediction = model_.forward(input.images);
    loss = loss::classification_loss(prediction.logits, prediction.auxiliary_logits, input.targets, options_.loss);
  }
  clock_.lap(StepPhase::kForward);
  torch::Tensor root = options_.accumulation_steps == 1 ? loss : loss / options_.accumulation_steps;
  if (scaler_) root = scaler_->scale(root);
  ++parts_done_;
  if (options_.team != nullptr) options_.team->before_backward(parts_done_ == options_.accumulation_steps);
  root.backward();
  clock_.lap(StepPhase::kBackward);

  const torch::NoGradGuard no_gradients;
  const auto wanted = loss::dominant_labels(input.targets);
  return {loss.detach().to(torch::kDouble) * input.images.size(0),
          prediction.logits.detach().argmax(1).eq(wanted).sum()};
}

void TrainStep::judge_gradients() {
  if (scaler_) {
    scaler_->unscale(optimizer_.groups());
    sums_.scale_fell = scaler_->found_non_finite();
    scaler_->update();
  }
  sums_.skipped = sums_.scale_fell || (skip_guard_ && !skip_guard_->check());
}

StepSums TrainStep::update(double learning_rate) {
  judge_gradients();
  if (!sums_.skipped) {
    if (options_.clip.enabled()) sums_.gradient_norm = optim::clip_gradients(optimizer_.groups(), options_.clip);
    optimizer_.step(learning_rate);
  }
  parts_done_ = 0;
  clock_.lap(StepPhase::kOptimizer);
  return std::exchange(sums_, {});
}

}  // namespace topfive::engine
