#include "topfive/optim/optimizer.h"

#include "topfive/optim/adamw.h"
#include "topfive/optim/lamb.h"
#include "topfive/optim/muon.h"
#include "topfive/optim/rmsprop.h"
#include "topfive/optim/sgd.h"

namespace topfive::optim {
namespace {

struct Maker {
  const torch::nn::Module& module;
  std::unique_ptr<GroupedOptimizer> operator()(const SgdConfig& config) const {
    return std::make_unique<Sgd>(config, module);
  }
  std::unique_ptr<GroupedOptimizer> operator()(const AdamWConfig& config) const {
    return std::make_unique<AdamW>(config, module);
  }
  std::unique_ptr<GroupedOptimizer> operator()(const LambConfig& config) const {
    return std::make_unique<Lamb>(config, module);
  }
  std::unique_ptr<GroupedOptimizer> operator()(const MuonConfig& config) const {
    return std::make_unique<Muon>(config, module);
  }
  std::unique_ptr<GroupedOptimizer> operator()(const RmsPropConfig& config) const {
    return std::make_unique<RmsProp>(config, module);
  }
};

}  // namespace

std::unique_ptr<Optimizer> make_optimizer(const OptimizerConfig& config, const torch::nn::Module& module,
                                          const StateShare& share) {
  auto optimizer = std::visit(Maker{module}, config);
  if (share.parts > 1) optimizer->keep(share);
  return optimizer;
}

}  // namespace topfive::optim
