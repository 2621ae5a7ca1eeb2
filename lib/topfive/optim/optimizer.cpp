#include "topfive/optim/optimizer.h"

#include "topfive/optim/adamw.h"
#include "topfive/optim/lamb.h"
#include "topfive/optim/rmsprop.h"
#include "topfive/optim/sgd.h"

namespace topfive::optim {
namespace {

struct Maker {
  const torch::nn::Module& module;
  std::unique_ptr<Optimizer> operator()(const SgdConfig& config) const { return std::make_unique<Sgd>(config, module); }
  std::unique_ptr<Optimizer> operator()(const AdamWConfig& config) const {
    return std::make_unique<AdamW>(config, module);
  }
  std::unique_ptr<Optimizer> operator()(const LambConfig& config) const {
    return std::make_unique<Lamb>(config, module);
  }
  std::unique_ptr<Optimizer> operator()(const RmsPropConfig& config) const {
    return std::make_unique<RmsProp>(config, module);
  }
};

}  // namespace

std::unique_ptr<Optimizer> make_optimizer(const OptimizerConfig& config, const torch::nn::Module& module) {
  return std::visit(Maker{module}, config);
}

}  // namespace topfive::optim
