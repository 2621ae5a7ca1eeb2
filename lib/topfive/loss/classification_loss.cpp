#include "topfive/loss/classification_loss.h"

#include <torch/torch.h>

namespace topfive::loss {
namespace {

torch::Tensor smoothed_cross_entropy(const torch::Tensor& logits, const torch::Tensor& labels, double smoothing) {
  // Half precision has too few digits for the logarithm of a sum over a thousand classes.
  const bool half = logits.scalar_type() == torch::kBFloat16 || logits.scalar_type() == torch::kFloat16;
  constexpr std::int64_t kIgnoreNothing = -100;
  return at::cross_entropy_loss(half ? logits.to(torch::kFloat32) : logits, labels, /*weight=*/{}, at::Reduction::Mean,
                                kIgnoreNothing, smoothing);
}

}  // namespace

torch::Tensor classification_loss(const torch::Tensor& logits, const std::vector<torch::Tensor>& auxiliary_logits,
                                  const torch::Tensor& labels, const LossConfig& config) {
  torch::Tensor loss = smoothed_cross_entropy(logits, labels, config.label_smoothing);
  for (const torch::Tensor& auxiliary : auxiliary_logits) {
    loss = loss + config.auxiliary_weight * smoothed_cross_entropy(auxiliary, labels, config.label_smoothing);
  }
  return loss;
}

}  // namespace topfive::loss
