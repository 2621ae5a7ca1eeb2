// Adam with decoupled weight decay, equal to torch.optim.AdamW (Loshchilov and Hutter 2017, arXiv 1711.05101; Kingma
// and Ba 2014, arXiv 1412.6980). At step t, from 1, with gradient g:
//
//   w <- w - rate * decay * w
//   m <- beta1 m + (1 - beta1) g             v <- beta2 v + (1 - beta2) g^2
//   w <- w - rate * (m / (1 - beta1^t)) / (sqrt(v / (1 - beta2^t)) + epsilon)
#pragma once

#include "topfive/optim/grouped_optimizer.h"

namespace topfive::optim {

// State: "exp_avg.<parameter>", "exp_avg_sq.<parameter>" and "step". The step is one for all parameters.
class AdamW : public GroupedOptimizer {
 public:
  AdamW(const AdamWConfig& config, const torch::nn::Module& module,
        Implementation implementation = Implementation::kAutomatic);

  void set_momentum(double momentum) override { config_.beta1 = momentum; }

 private:
  void update(const ParameterGroup& group, const Lists& lists, double learning_rate) override;
  void update_fused(const ParameterGroup& group, const Lists& lists, double learning_rate) const;
  void update_foreach(const ParameterGroup& group, const Lists& lists, double learning_rate) const;

  AdamWConfig config_;
  bool fused_ = false;
};

}  // namespace topfive::optim
