// What all optimizers share: the walk through the groups, the state by parameter name, its saving and loading.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "topfive/optim/optimizer.h"

namespace topfive::optim {

// kFused is one pass over memory per step, on the CPU and on CUDA; kForeach works on every device, in several passes.
enum class Implementation { kAutomatic, kFused, kForeach };

// An optimizer adds its slots in its constructor and overrides update(). A slot is one tensor a parameter, laid out
// like it and called "<slot>.<parameter>" in the state; a slot may leave parameters out.
class GroupedOptimizer : public Optimizer {
 public:
  void zero_grad() override;
  void step(double learning_rate) override;
  const ParameterGroups& groups() const override { return groups_; }
  NamedTensors state() const override;
  void load_state(const NamedTensors& tensors) override;
  // Before the first step. From then on the parameters of the other parts stay as they are, and their state is given
  // up.
  void keep(const StateShare& share);

 protected:
  using Tensors = std::vector<torch::Tensor>;
  // The tensors of a group that are kept and have a gradient; the vectors keep their memory from step to step.
  struct Lists {
    Tensors parameters;
    Tensors gradients;           // laid out like the parameters, and still the parameters' own where they are already
    std::vector<Tensors> slots;  // in the order in which they were added; undefined where a slot leaves one out
  };
  // Whether a slot has a tensor for this parameter, the i-th of its group.
  using TakesParameter = std::function<bool(const ParameterGroup& group, std::size_t i)>;

  // Freezes what the config names.
  GroupedOptimizer(const GroupsConfig& config, const torch::nn::Module& module);

  void add_slot(const std::string& name, double initial_value = 0.0);
  void add_slot(const std::string& name, double initial_value, const TakesParameter& takes);
  // Adds "step", an int64 scalar on the CPU, to the state.
  void count_steps();
  // Of the update in progress, from 1; needs count_steps().
  std::int64_t step_number() const { return step_.item<std::int64_t>(); }
  // Whether to take the fused kernel: as asked for, or where the devices have one.
  bool takes_fused(Implementation implementation) const;

 private:
  struct Slot {
    std::string name;
    std::vector<Tensors> by_group;
  };

  // Called once a step, before the groups.
  virtual void prepare() {}
  // Updates the listed parameters in place; `learning_rate` is the group's own. Gradients are not to be changed.
  virtual void update(const ParameterGroup& group, const Lists& lists, double learning_rate) = 0;
  void collect(std::size_t group);

  ParameterGroups groups_;
  std::vector<std::vector<bool>> kept_;  // by group: those that are updated here
  std::vector<Slot> slots_;
  torch::Tensor step_;  // undefined unless steps are counted
  Lists lists_;
};

}  // namespace topfive::optim
