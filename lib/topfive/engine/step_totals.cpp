#include "topfive/engine/step_totals.h"

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
  const auto* loss_sum = loss_sums.const_data_ptr<double>();
  for (const StepSums& sums : pending_) {
    state.epoch_loss_sum += *loss_sum;
    state.record_loss_sum += *loss_sum;
    state.epoch_images += sums.images;
    state.record_images += sums.images;
    figures.push_back({*loss_sum / static_cast<double>(sums.images)});
    ++loss_sum;
  }
  state.epoch_top1_correct += torch::stack(top1).sum().item<std::int64_t>();
  pending_.clear();
  return figures;
}

}  // namespace topfive::engine
