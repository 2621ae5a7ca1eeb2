#include "topfive/engine/step_totals.h"

#include <cmath>

#include <torch/torch.h>

namespace topfive::engine {

std::vector<StepFigures> StepTotals::settle(TrainState& state) {
  std::vector<StepFigures> figures;
  if (pending_.empty()) return figures;
  std::vector<torch::Tensor> losses;
  std::vector<torch::Tensor> top1;
  for (const StepSums& sums : pending_) {
    losses.push_back(sums.loss);
    top1.push_back(sums.top1_correct);
  }
  const auto loss_sums = torch::stack(losses).cpu();
  const auto top1_sums = torch::stack(top1).cpu();
  const auto* loss_sum = loss_sums.const_data_ptr<double>();
  const auto* top1_correct = top1_sums.const_data_ptr<std::int64_t>();
  for (const StepSums& sums : pending_) {
    if (!sums.skipped && std::isfinite(*loss_sum)) {
      state.epoch_loss_sum += *loss_sum;
      state.record_loss_sum += *loss_sum;
      state.epoch_images += sums.images;
      state.record_images += sums.images;
      state.epoch_top1_correct += *top1_correct;
    }
    figures.push_back({*loss_sum / static_cast<double>(sums.images), sums.skipped});
    ++loss_sum;
    ++top1_correct;
  }
  pending_.clear();
  return figures;
}

}  // namespace topfive::engine
