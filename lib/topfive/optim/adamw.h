// Adam with decoupled weight decay, equal to torch.optim.AdamW (Loshchilov and Hutter 2017, arXiv 1711.05101; Kingma
// and Ba 2014, arXiv 1412.6980). At step t, from 1, with gradient g:
//
//   w <- w - rate * decay * w
//   m <- beta1 m + (1 - beta1) g             v <- beta2 v + (1 - beta2) g^2
//   w <- w - rate * (m / (1 - beta1^t)) / (sqrt(v / (1 - beta2^t)) + epsilon)
#pragma once

#include <cstdint>
#include <vector>

#include "topfive/optim/grouped_optimizer.h"

namespace topfive::optim {

// The constants of one step on tensors that share them.
struct AdamWStep {
  std::int64_t number = 1;
  double learning_rate = 0.0;
  double weight_decay = 0.0;
  double beta1 = 0.9;
  double beta2 = 0.999;
  double epsilon = 1e-8;
};

// Tensors of one device, lists of one length, in one order.
struct AdamWLists {
  const std::vector<torch::Tensor>& parameters;
  const std::vector<torch::Tensor>& gradients;
  const std::vector<torch::Tensor>& means;
  const std::vector<torch::Tensor>& squares;
};

// Updates parameters, means and squares in place, in one pass over memory (`fused`) or in several.
void take_step(const AdamWStep& step, const AdamWLists& lists, bool fused);

// State: "exp_avg.<parameter>", "exp_avg_sq.<parameter>" and "step". The step is one for all parameters.
class AdamW : public GroupedOptimizer {
 public:
  AdamW(const AdamWConfig& config, const torch::nn::Module& module,
        Implementation implementation = Implementation::kAutomatic);

  void set_momentum(double momentum) override { config_.beta1 = momentum; }

 private:
  void update(const ParameterGroup& group, const Lists& lists, double learning_rate) override;

  AdamWConfig config_;
  bool fused_ = false;
};

}  // namespace topfive::optim
