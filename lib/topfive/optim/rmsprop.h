// RMSprop, equal to torch.optim.RMSprop, and TensorFlow's form of it, equal to timm's RMSpropTF (Hinton 2012, lecture
// 6e; centered: Graves 2013, arXiv 1308.0850, section 4.2). With a = smoothing:
//
//   g <- gradient + decay * w                s <- a s + (1 - a) g^2
//   centered:  c <- a c + (1 - a) g          q = s - c^2; otherwise q = s
//   d = sqrt(q) + epsilon                    epsilon_inside_root: d = sqrt(q + epsilon)
//   without momentum:  w <- w - rate * g / d
//   with momentum:     v <- momentum v + g / d           w <- w - rate v
//   rate_in_velocity:  v <- momentum v + rate * g / d    w <- w - v
#pragma once

#include "topfive/optim/grouped_optimizer.h"

namespace topfive::optim {

// State: "square_avg.<parameter>", with `centered` "grad_avg.<parameter>", with momentum "velocity.<parameter>".
class RmsProp : public GroupedOptimizer {
 public:
  RmsProp(const RmsPropConfig& config, const torch::nn::Module& module);

  void set_momentum(double momentum) override;

 private:
  void update(const ParameterGroup& group, const Lists& lists, double learning_rate) override;
  Tensors divisors(const Lists& lists, const Tensors& gradients) const;

  RmsPropConfig config_;
  bool has_velocity_ = false;
};

}  // namespace topfive::optim
