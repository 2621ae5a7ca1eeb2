#include "topfive/optim/optimizer_config.h"

#include <string>

namespace topfive::optim {
namespace {

std::string sgd_problem(const SgdConfig& config) {
  if (config.nesterov && config.momentum == 0.0) return "nesterov needs a momentum above 0";
  if (config.nesterov && config.rate_in_velocity) return "nesterov and rate_in_velocity exclude each other";
  if (config.rate_in_velocity && config.momentum == 0.0) return "rate_in_velocity needs a momentum above 0";
  return "";
}

}  // namespace

const base::Fields<SgdConfig>& SgdConfig::fields() {
  static const auto kFields =
      base::Fields<SgdConfig>("Stochastic gradient descent with momentum.")
          .number("momentum", &SgdConfig::momentum,
                  {.help = "Share of the last step that is kept",
                   .min = 0,
                   .max = 0.9999,
                   .paper = "0.9 (AlexNet, section 5)"})
          .boolean("nesterov", &SgdConfig::nesterov, {.help = "Looks one step of momentum ahead"})
          .number("weight_decay", &SgdConfig::weight_decay,
                  {.help = "Added to the gradient, times the weight",
                   .min = 0,
                   .max = 1,
                   .paper = "0.0005 (AlexNet, section 5), 0.0001 (ResNet)"})
          .boolean("decay_norm_and_bias", &SgdConfig::decay_norm_and_bias,
                   {.help = "Whether biases and normalisation parameters decay too",
                    .paper = "false in the code of 2012, true in the ResNet reference"})
          .number("bias_learning_rate_factor", &SgdConfig::bias_learning_rate_factor,
                  {.help = "Biases learn this many times as fast as weights",
                   .min = 0,
                   .max = 100,
                   .paper = "2 (code of 2012 and Caffe)"})
          .boolean("rate_in_velocity", &SgdConfig::rate_in_velocity,
                   {.help = "v <- momentum v - rate (g + decay w), w <- w + v; otherwise the rate multiplies v",
                    .paper = "true (AlexNet, section 5)"})
          .check(sgd_problem);
  return kFields;
}

const base::Alternatives<OptimizerConfig>& optimizer_alternatives() {
  static const auto kTable = base::Alternatives<OptimizerConfig>("type").option<SgdConfig>("sgd");
  return kTable;
}

}  // namespace topfive::optim
