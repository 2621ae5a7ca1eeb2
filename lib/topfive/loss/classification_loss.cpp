#include "topfive/loss/classification_loss.h"

#include <cmath>

#include <torch/torch.h>

namespace topfive::loss {
namespace {

// Half precision has too few digits for the logarithm of a sum over a thousand classes.
torch::Tensor at_least_float(const torch::Tensor& logits) {
  const bool half = logits.scalar_type() == torch::kBFloat16 || logits.scalar_type() == torch::kFloat16;
  return half ? logits.to(torch::kFloat32) : logits;
}

// own_share * own + (1 - own_share) * partner.
torch::Tensor weighted(const torch::Tensor& own, const torch::Tensor& partner, const Targets& targets) {
  return at::lerp(partner, own, targets.own_share.to(own.scalar_type()));
}

// Two rows of log-probabilities picked by label, instead of a dense matrix of targets.
torch::Tensor mixed_cross_entropy(const torch::Tensor& logits, const Targets& targets, double smoothing) {
  const torch::Tensor log_probabilities = at::log_softmax(logits, 1);  // [N, C]
  const torch::Tensor picked = weighted(at::nll_loss(log_probabilities, targets.labels),
                                        at::nll_loss(log_probabilities, targets.partner_labels), targets);
  if (smoothing == 0.0) return picked;
  return (1.0 - smoothing) * picked - smoothing * log_probabilities.mean();
}

torch::Tensor cross_entropy(const torch::Tensor& logits, const Targets& targets, double smoothing) {
  if (targets.mixed()) return mixed_cross_entropy(logits, targets, smoothing);
  constexpr std::int64_t kIgnoreNothing = -100;
  return at::cross_entropy_loss(logits, targets.labels, /*weight=*/{}, at::Reduction::Mean, kIgnoreNothing, smoothing);
}

torch::Tensor one_hot(const torch::Tensor& labels, const torch::Tensor& logits) {
  return torch::zeros_like(logits).scatter_(1, labels.unsqueeze(1), 1.0);
}

torch::Tensor dense_targets(const torch::Tensor& logits, const Targets& targets, const LossConfig& config) {
  const torch::NoGradGuard no_gradients;
  torch::Tensor dense = one_hot(targets.labels, logits);
  if (targets.mixed()) dense = weighted(dense, one_hot(targets.partner_labels, logits), targets);
  dense = dense * (1.0 - config.label_smoothing) + config.label_smoothing / static_cast<double>(logits.size(1));
  return config.target_threshold > 0.0 ? dense.gt(config.target_threshold).to(logits.scalar_type()) : dense;
}

torch::Tensor binary_cross_entropy(const torch::Tensor& logits, const Targets& targets, const LossConfig& config) {
  const torch::Tensor loss =
      at::binary_cross_entropy_with_logits(logits, dense_targets(logits, targets, config), {}, {}, at::Reduction::Mean);
  return config.sum_classes ? loss * logits.size(1) : loss;
}

torch::Tensor loss_of(const torch::Tensor& logits, const Targets& targets, const LossConfig& config) {
  const torch::Tensor wide = at_least_float(logits);
  return config.type == LossType::kCrossEntropy ? cross_entropy(wide, targets, config.label_smoothing)
                                                : binary_cross_entropy(wide, targets, config);
}

}  // namespace

torch::Tensor dominant_labels(const Targets& targets) {
  if (!targets.mixed()) return targets.labels;
  return at::where(targets.own_share.ge(0.5), targets.labels, targets.partner_labels);
}

torch::Tensor classification_loss(const torch::Tensor& logits, const std::vector<torch::Tensor>& auxiliary_logits,
                                  const Targets& targets, const LossConfig& config) {
  torch::Tensor loss = loss_of(logits, targets, config);
  for (const torch::Tensor& auxiliary : auxiliary_logits) {
    loss = loss + config.auxiliary_weight * loss_of(auxiliary, targets, config);
  }
  return loss;
}

torch::Tensor classification_loss(const torch::Tensor& logits, const std::vector<torch::Tensor>& auxiliary_logits,
                                  const torch::Tensor& labels, const LossConfig& config) {
  return classification_loss(logits, auxiliary_logits, Targets{labels, {}, {}}, config);
}

double guessing_loss(const LossConfig& config, int num_classes, int auxiliary_outputs) {
  const double classes = num_classes;
  double loss = std::log(classes);
  if (config.type == LossType::kBinaryCrossEntropy) {
    const double share = 1.0 / classes;  // of the mean target, smoothed or mixed; a threshold can raise it
    loss = share * std::log(classes) - (1.0 - share) * std::log1p(-share);
    if (config.sum_classes) loss *= classes;
  }
  return loss * (1.0 + config.auxiliary_weight * auxiliary_outputs);
}

}  // namespace topfive::loss
