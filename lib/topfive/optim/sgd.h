// Stochastic gradient descent with momentum, equal to torch.optim.SGD without dampening, and the momentum of 2012.
//
//   g <- gradient + decay * w
//   usual form:        v <- momentum v + g          w <- w - rate v     (Nesterov: w <- w - rate (g + momentum v))
//   rate_in_velocity:  v <- momentum v - rate g     w <- w + v          (Krizhevsky et al. 2012, section 5)
#pragma once

#include "topfive/optim/grouped_optimizer.h"

namespace topfive::optim {

// State: "velocity.<parameter>" for every parameter, none when momentum is 0. In the form of 2012 it holds -v.
class Sgd : public GroupedOptimizer {
 public:
  Sgd(const SgdConfig& config, const torch::nn::Module& module,
      Implementation implementation = Implementation::kAutomatic);

  void set_momentum(double momentum) override;

 private:
  // How a rate enters the update: w <- w - outer * v with v <- momentum v + inner * g.
  struct Rates {
    double inner = 1.0;
    double outer = 0.0;
  };

  void update(const ParameterGroup& group, const Lists& lists, double learning_rate) override;
  Rates rates(double learning_rate) const;
  void update_fused(const ParameterGroup& group, const Lists& lists, const Rates& rates) const;
  void update_foreach(const ParameterGroup& group, const Lists& lists, const Rates& rates) const;

  SgdConfig config_;
  bool has_velocity_ = false;
  bool fused_ = false;
};

}  // namespace topfive::optim
