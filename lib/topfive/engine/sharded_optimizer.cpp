#include "topfive/engine/sharded_optimizer.h"

#include <cstddef>
#include <utility>

#include "topfive/base/log.h"
#include "topfive/engine/run_needs.h"

namespace topfive::engine {

optim::StateShare state_share(const ParallelConfig& config, const dist::World& world) {
  return config.shard_optimizer ? optim::StateShare{world.rank, world.size} : optim::StateShare{};
}

StateBytes state_bytes(const optim::Optimizer& optimizer) {
  StateBytes bytes;
  for (const auto& [name, tensor] : optimizer.state()) {
    bytes.whole += static_cast<std::int64_t>(tensor.nbytes());
    if (!tensor.is_meta()) bytes.kept += static_cast<std::int64_t>(tensor.nbytes());
  }
  return bytes;
}

std::unique_ptr<optim::Optimizer> make_run_optimizer(const RunConfig& config, const torch::nn::Module& model,
                                                     RankTeam& team) {
  const optim::StateShare share = state_share(config.parallel, team.world());
  auto optimizer = optim::make_optimizer(config.optimizer, model, share);
  if (share.parts == 1) return optimizer;
  const StateBytes bytes = state_bytes(*optimizer);
  base::log_info("optimizer  state shared by " + std::to_string(share.parts) + " ranks, this one keeps " +
                 format_bytes(bytes.kept) + " of " + format_bytes(bytes.whole));
  return std::make_unique<ShardedOptimizer>(std::move(optimizer), team);
}

ShardedOptimizer::ShardedOptimizer(std::unique_ptr<optim::Optimizer> optimizer, RankTeam& team)
    : optimizer_(std::move(optimizer)), team_(team), parameters_(static_cast<std::size_t>(team.world().size)) {
  const auto owners = optim::parts_by_group(groups(), team.world().size);
  for (std::size_t group = 0; group < owners.size(); ++group) {
    for (std::size_t i = 0; i < owners[group].size(); ++i) {
      owners_[groups()[group].names[i]] = owners[group][i];
      parameters_[static_cast<std::size_t>(owners[group][i])].push_back(groups()[group].tensors[i]);
    }
  }
}

void ShardedOptimizer::step(double learning_rate) {
  gathered_.clear();
  optimizer_->step(learning_rate);
  for (std::size_t owner = 0; owner < parameters_.size(); ++owner) {
    team_.share(parameters_[owner], static_cast<int>(owner), "sharing the new weights");
  }
}

int ShardedOptimizer::owner_of(const std::string& state_name) const {
  const auto found = owners_.find(state_name.substr(state_name.find('.') + 1));  // "<slot>.<parameter>"
  return found == owners_.end() ? 0 : found->second;
}

// One tensor after the other: the ranks that send need no memory for all of them at once. They go through the host's,
// where the checkpoint is written from.
void ShardedOptimizer::gather_state() {
  gathered_.clear();
  for (const auto& [name, tensor] : optimizer_->state()) {
    const int owner = owner_of(name);
    torch::Tensor whole = tensor;
    if (owner != 0 && team_.is_main()) {
      whole = torch::empty(tensor.sizes(), torch::dtype(tensor.scalar_type()));
    } else if (owner == team_.world().rank && !team_.is_main()) {
      whole = tensor.cpu().contiguous();
    }
    team_.to_main(whole, owner, "gathering the optimizer's state");
    if (team_.is_main()) gathered_.emplace_back(name, whole);
  }
}

void ShardedOptimizer::load_state(const optim::NamedTensors& tensors) {
  gathered_.clear();
  optimizer_->load_state(tensors);
}

}  // namespace topfive::engine
