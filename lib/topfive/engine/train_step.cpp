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
    : model_(model), optimizer_(optimizer), options_(options), clock_(clock) {}

void TrainStep::add(const DeviceBatch& part) {
  torch::Tensor loss;
  models::Prediction prediction;
  {
    const AutocastScope autocast(options_.precision, part.images.device());
    prediction = model_.forward(part.images);
    loss = loss::classification_loss(prediction.logits, prediction.auxiliary_logits, part.labels, options_.loss);
  }
  clock_.lap(StepPhase::kForward);
  if (sums_.images == 0) optimizer_.zero_grad();
  (options_.accumulation_steps == 1 ? loss : loss / options_.accumulation_steps).backward();
  clock_.lap(StepPhase::kBackward);

  const torch::NoGradGuard no_gradients;
  const std::int64_t images = part.labels.size(0);
  add_to(sums_.loss, loss.detach().to(torch::kDouble) * images);
  add_to(sums_.top1_correct, prediction.logits.detach().argmax(1).eq(part.labels).sum());
  sums_.images += images;
}

StepSums TrainStep::update(double learning_rate) {
  optimizer_.step(learning_rate);
  clock_.lap(StepPhase::kOptimizer);
  return std::exchange(sums_, {});
}

}  // namespace topfive::engine
