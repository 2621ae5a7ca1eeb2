#include "topfive/optim/optimizer.h"

#include "topfive/optim/sgd.h"

namespace topfive::optim {

std::unique_ptr<Optimizer> make_optimizer(const OptimizerConfig& config, const torch::nn::Module& module) {
  return std::make_unique<Sgd>(std::get<SgdConfig>(config), module);
}

}  // namespace topfive::optim
