// Changes parameters by their gradients.
#pragma once

#include <memory>

#include <torch/nn/module.h>

#include "topfive/optim/named_tensors.h"
#include "topfive/optim/optimizer_config.h"
#include "topfive/optim/parameter_groups.h"
#include "topfive/optim/state_share.h"

namespace topfive::optim {

// Holds the parameters' own tensors. Build it after the module has reached its device and memory format. Not
// thread-safe.
class Optimizer {
 public:
  Optimizer() = default;
  virtual ~Optimizer() = default;
  Optimizer(const Optimizer&) = delete;
  Optimizer& operator=(const Optimizer&) = delete;

  // Drops the gradients instead of filling them with zeros: the backward pass then hands its buffers over and neither
  // clears nor adds, which saves two passes over memory per step.
  virtual void zero_grad() = 0;
  // One update; a parameter without a gradient stays as it is.
  virtual void step(double learning_rate) = 0;
  // What learns, for clipping and unscaling.
  virtual const ParameterGroups& groups() const = 0;
  // Momentum, or beta1, from the next step on; schedules that cycle it call this before every step. UserError(kConfig)
  // if the optimizer was made without momentum.
  virtual void set_momentum(double momentum) = 0;
  // What a checkpoint needs beside the parameters, in a fixed order, sharing memory with the optimizer. What another
  // process keeps is there as well, as tensors on the meta device: shapes without memory.
  virtual NamedTensors state() const = 0;
  // Where processes share the state out: a collective, after which state() of rank 0 has all values, until the next
  // step.
  virtual void gather_state() {}
  // Copies the values back. Throws base::UserError(kBadData) unless names (in any order) and shapes are the same.
  virtual void load_state(const NamedTensors& tensors) = 0;
};

// Freezes what the config names, then takes the rest of the parameters. UserError(kConfig) if a name fits nothing. With
// a share of several parts, it updates the parameters of its own part only, and has memory for their state only.
std::unique_ptr<Optimizer> make_optimizer(const OptimizerConfig& config, const torch::nn::Module& module,
                                          const StateShare& share = {});

}  // namespace topfive::optim
