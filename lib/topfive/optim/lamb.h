// Adam with a learning rate per tensor, for large batches, equal to timm's Lamb (You et al. 2019, arXiv 1904.00962,
// algorithm 2, with NVIDIA's clipping of the gradients before). At step t, from 1, with gradient g:
//
//   g <- g / max(1, |all gradients| / max_gradient_norm)
//   m <- beta1 m + (1 - beta1) g             v <- beta2 v + (1 - beta2) g^2
//   u = (m / (1 - beta1^t)) / (sqrt(v / (1 - beta2^t)) + epsilon)
//   coupled decay:    u <- u + decay * w     decoupled decay:  w <- w - rate * decay * w
//   w <- w - rate * trust * u                trust = |w| / |u|, or 1 where one of them is 0 or the tensor does not
//   decay
#pragma once

#include "topfive/optim/grouped_optimizer.h"

namespace topfive::optim {

// State: "exp_avg.<parameter>", "exp_avg_sq.<parameter>" and "step". The step is one for all parameters.
class Lamb : public GroupedOptimizer {
 public:
  Lamb(const LambConfig& config, const torch::nn::Module& module);

  void set_momentum(double momentum) override { config_.beta1 = momentum; }

 private:
  void prepare() override;
  void update(const ParameterGroup& group, const Lists& lists, double learning_rate) override;
  void update_moments(const Lists& lists) const;
  Tensors directions(const Lists& lists) const;
  // The rate of each tensor, as scalars on the device.
  Tensors trust_ratios(const Tensors& parameters, const Tensors& directions) const;

  LambConfig config_;
  torch::Tensor shrink_;  // what the gradients are divided by in this step; undefined without max_gradient_norm
};

}  // namespace topfive::optim
