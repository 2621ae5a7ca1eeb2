// Stochastic gradient descent with momentum, equal to torch.optim.SGD without dampening, and the momentum of 2012.
//
//   g <- gradient + decay * w
//   usual form:        v <- momentum v + g          w <- w - rate v     (Nesterov: w <- w - rate (g + momentum v))
//   rate_in_velocity:  v <- momentum v - rate g     w <- w + v          (Krizhevsky et al. 2012, section 5)
#pragma once

#include "topfive/optim/optimizer.h"
#include "topfive/optim/parameter_groups.h"

namespace topfive::optim {

// State: "velocity.<parameter>" for every parameter, none when momentum is 0. In the form of 2012 it holds -v.
class Sgd : public Optimizer {
 public:
  // kFused is one pass over memory per step, on the CPU and on CUDA; kForeach works on every device, in several.
  enum class Implementation { kAutomatic, kFused, kForeach };

  Sgd(const SgdConfig& config, const torch::nn::Module& module,
      Implementation implementation = Implementation::kAutomatic);

  void zero_grad() override;
  void step(double learning_rate) override;
  NamedTensors state() const override;
  void load_state(const NamedTensors& tensors) override;

 private:
  // The tensors of one call; the vectors keep their memory from step to step.
  struct Lists {
    std::vector<torch::Tensor> parameters;
    std::vector<torch::Tensor> gradients;
    std::vector<torch::Tensor> velocities;
  };
  // How a rate enters the update: w <- w - outer * v with v <- momentum v + inner * g.
  struct Rates {
    double inner = 1.0;
    double outer = 0.0;
  };

  void collect(std::size_t group);
  Rates rates(double learning_rate) const;
  void step_fused(const ParameterGroup& group, const Rates& rates);
  void step_foreach(const ParameterGroup& group, const Rates& rates);

  SgdConfig config_;
  std::vector<ParameterGroup> groups_;
  std::vector<std::vector<torch::Tensor>> velocities_;  // by group, empty when momentum is 0
  Lists lists_;
  bool fused_ = false;
};

}  // namespace topfive::optim
