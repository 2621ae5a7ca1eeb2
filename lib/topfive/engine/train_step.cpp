#include "topfive/engine/train_step.h"

#include <torch/utils.h>

#include "topfive/loss/classification_loss.h"

namespace topfive::engine {

StepSums train_step(models::ImageClassifier& model, optim::Optimizer& optimizer, const loss::LossConfig& loss_config,
                    const DeviceBatch& batch, double learning_rate) {
  // Forward.
  const models::Prediction prediction = model.forward(batch.images);
  const torch::Tensor loss =
      loss::classification_loss(prediction.logits, prediction.auxiliary_logits, batch.labels, loss_config);
  // Backward.
  optimizer.zero_grad();
  loss.backward();
  // Update.
  optimizer.step(learning_rate);
  // Account.
  const torch::NoGradGuard no_gradients;
  return {loss.detach().to(torch::kDouble) * batch.labels.size(0),
          prediction.logits.detach().argmax(1).eq(batch.labels).sum()};
}

}  // namespace topfive::engine
