#include "topfive/optim/muon.h"

#include <algorithm>
#include <cmath>

#include <torch/torch.h>

#include "topfive/optim/adamw.h"

namespace topfive::optim {
namespace {

constexpr std::size_t kMean = 0;
constexpr std::size_t kSquare = 1;

bool is_hidden_matrix(const ParameterGroup& group, std::size_t i) {
  const torch::Tensor& tensor = group.tensors[i];
  return !group.in_classifier[i] && tensor.dim() >= 2 && tensor.size(0) > 1 && tensor.numel() > tensor.size(0);
}

// The coefficients raise small singular values as fast as five steps can, at the price of an end that is near 1 only.
torch::Tensor orthogonal(const torch::Tensor& matrix) {
  constexpr double kA = 3.4445;
  constexpr double kB = -4.7750;
  constexpr double kC = 2.0315;
  constexpr int kNumSteps = 5;
  constexpr double kSmallestMatrixNorm = 1e-7;
  const bool is_tall = matrix.size(0) > matrix.size(1);
  torch::Tensor x = is_tall ? matrix.t() : matrix;
  x = x / x.norm().clamp_min(kSmallestMatrixNorm);
  for (int step = 0; step < kNumSteps; ++step) {
    const torch::Tensor gram = x.mm(x.t());
    x = torch::addmm(x, torch::addmm(gram, gram, gram, kB, kC), x, kA);
  }
  return is_tall ? x.t() : x;
}

}  // namespace

Muon::Muon(const MuonConfig& config, const torch::nn::Module& module, Implementation implementation)
    : GroupedOptimizer(config, module), config_(config), fused_(takes_fused(implementation)) {
  add_slot("exp_avg");
  add_slot("exp_avg_sq", 0.0, [](const ParameterGroup& group, std::size_t i) { return !is_hidden_matrix(group, i); });
  count_steps();
}

double Muon::scale(std::int64_t rows, std::int64_t columns) const {
  const auto height = static_cast<double>(rows);
  const auto width = static_cast<double>(columns);
  if (config_.scale == MuonScale::kOriginal) return std::sqrt(std::max(1.0, height / width));
  constexpr double kSizeOfAdamW = 0.2;  // root mean square of its updates, as measured in the paper
  return kSizeOfAdamW * std::sqrt(std::max(height, width));
}

void Muon::update(const ParameterGroup& group, const Lists& lists, double learning_rate) {
  Lists rest;
  rest.slots.resize(lists.slots.size());
  for (std::size_t i = 0; i < lists.parameters.size(); ++i) {
    const torch::Tensor& gradient = lists.gradients[i];
    const torch::Tensor& mean = lists.slots[kMean][i];
    if (lists.slots[kSquare][i].defined()) {
      rest.parameters.push_back(lists.parameters[i]);
      rest.gradients.push_back(gradient);
      for (std::size_t s = 0; s < rest.slots.size(); ++s) rest.slots[s].push_back(lists.slots[s][i]);
      continue;
    }
    mean.lerp_(gradient, 1.0 - config_.momentum);
    const torch::Tensor direction = config_.nesterov ? gradient.lerp(mean, config_.momentum) : mean;
    const torch::Tensor matrix = direction.flatten(1);
    if (group.weight_decay != 0.0) lists.parameters[i].mul_(1.0 - learning_rate * group.weight_decay);
    lists.parameters[i].add_(orthogonal(matrix).reshape(direction.sizes()),
                             -learning_rate * scale(matrix.size(0), matrix.size(1)));
  }
  if (rest.parameters.empty()) return;
  take_step({.number = step_number(),
             .learning_rate = learning_rate * config_.adamw_learning_rate_factor,
             .weight_decay = group.weight_decay,
             .beta1 = config_.beta1,
             .beta2 = config_.beta2,
             .epsilon = config_.epsilon},
            {rest.parameters, rest.gradients, rest.slots[kMean], rest.slots[kSquare]}, fused_);
}

}  // namespace topfive::optim
