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
  if (!options.cuda_graphs) return;
  graph_ = std::make_unique<GraphedPass>([this](const PassInput& input) { return pass(input); }, model.parameters());
}

void TrainStep::add(const DeviceBatch& part, const loss::MixPlan& mix) {
  const PassInput input{loss::mix_images(part.images, mix), loss::mix_labels(part.labels, mix)};
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
  (options_.accumulation_steps == 1 ? loss : loss / options_.accumulation_steps).backward();
  clock_.lap(StepPhase::kBackward);

  const torch::NoGradGuard no_gradients;
  const auto wanted = loss::dominant_labels(input.targets);
  return {loss.detach().to(torch::kDouble) * input.images.size(0),
          prediction.logits.detach().argmax(1).eq(wanted).sum()};
}

StepSums TrainStep::update(double learning_rate) {
  optimizer_.step(learning_rate);
  clock_.lap(StepPhase::kOptimizer);
  return std::exchange(sums_, {});
}

}  // namespace topfive::engine
