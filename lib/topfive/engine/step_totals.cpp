#include "topfive/engine/step_totals.h"

#include <cmath>

#include <torch/torch.h>

namespace topfive::engine {

std::vector<StepFigures> StepTotals::settle(TrainState& state, RankTeam& team) {
  std::vector<StepFigures> figures;
  if (pending_.empty()) return figures;
  std::vector<torch::Tensor> losses;
  std::vector<torch::Tensor> top1;
  for (const StepSums& sums : pending_) {
    losses.push_back(sums.loss);
    top1.push_back(sums.top1_correct);
  }
  auto loss_sums = torch::stack(losses).cpu();
  auto top1_sums = torch::stack(top1).cpu();
  team.sum(loss_sums, "adding up the losses");
  team.sum(top1_sums, "adding up the right answers");
  const auto* loss_sum = loss_sums.const_data_ptr<double>();
  const auto* top1_correct = top1_sums.const_data_ptr<std::int64_t>();
  for (const StepSums& sums : pending_) {
    const std::int64_t images = sums.images * team.world().size;  // all ranks work on equal parts
    if (!sums.skipped && std::isfinite(*loss_sum)) {
      state.epoch_loss_sum += *loss_sum;
      state.record_loss_sum += *loss_sum;
      state.epoch_images += images;
      state.record_images += images;
      state.epoch_top1_correct += *top1_correct;
    }
    figures.push_back({*loss_sum / static_cast<double>(images), sums.skipped});
    ++loss_sum;
    ++top1_correct;
  }
  pending_.clear();
  return figures;
}

}  // namespace topfive::engine
