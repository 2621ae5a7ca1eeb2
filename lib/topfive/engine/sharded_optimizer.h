// An optimizer whose state the ranks of a run share out among themselves: stage 1 of ZeRO (Rajbhandari et al. 2019,
// arXiv 1910.02054).
//
// Gradients are averaged on all ranks as ever. Each rank then updates the parameters whose state it keeps, and gives
// their new values to the others, so that all ranks hold the weights that a whole optimizer would have made, bit for
// bit. Checkpoints are those of a whole optimizer: any number of ranks may go on from them, with or without sharing.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include <torch/types.h>

#include "topfive/engine/parallel_config.h"
#include "topfive/engine/rank_team.h"
#include "topfive/engine/run_config.h"
#include "topfive/optim/optimizer.h"

namespace topfive::engine {

// What one rank of a run keeps: everything, unless the config shares the state out.
optim::StateShare state_share(const ParallelConfig& config, const dist::World& world);

// Bytes of an optimizer's state: of all ranks together, and of them what this one keeps.
struct StateBytes {
  std::int64_t whole = 0;
  std::int64_t kept = 0;
};
StateBytes state_bytes(const optim::Optimizer& optimizer);

// The optimizer of this rank; the team is borrowed. Logs what is shared.
std::unique_ptr<optim::Optimizer> make_run_optimizer(const RunConfig& config, const torch::nn::Module& model,
                                                     RankTeam& team);

// step() and gather_state() are collectives of the ranks. A step that is left out must be left out on all of them.
class ShardedOptimizer : public optim::Optimizer {
 public:
  // The optimizer was made with this rank's share. Borrows the team.
  ShardedOptimizer(std::unique_ptr<optim::Optimizer> optimizer, RankTeam& team);

  void zero_grad() override { optimizer_->zero_grad(); }
  void step(double learning_rate) override;
  // All of them, whoever updates them: the norm of the gradient is that of all.
  const optim::ParameterGroups& groups() const override { return optimizer_->groups(); }
  void set_momentum(double momentum) override { optimizer_->set_momentum(momentum); }
  optim::NamedTensors state() const override { return gathered_.empty() ? optimizer_->state() : gathered_; }
  void gather_state() override;
  void load_state(const optim::NamedTensors& tensors) override;

 private:
  // The rank that keeps a tensor of the state; 0 for what all have.
  int owner_of(const std::string& state_name) const;

  std::unique_ptr<optim::Optimizer> optimizer_;
  RankTeam& team_;
  std::vector<std::vector<torch::Tensor>> parameters_;  // by owner
  std::unordered_map<std::string, int> owners_;         // by parameter
  // Of rank 0: the whole state, its own part in the optimizer's memory and the others' in the host's. Empty: not asked
  // for since the last change.
  optim::NamedTensors gathered_;
};

}  // namespace topfive::engine
