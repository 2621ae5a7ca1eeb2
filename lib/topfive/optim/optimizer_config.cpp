#include "topfive/optim/optimizer_config.h"

namespace topfive::optim {
namespace {

constexpr double kLargestMomentum = 0.9999;

// The list of fields ends with those of the base, seen as members of the optimizer itself.
template <class Optimizer>
base::Fields<Optimizer>& add_group_fields(base::Fields<Optimizer>& fields) {
  double Optimizer::*weight_decay = &Optimizer::weight_decay;
  bool Optimizer::*decay_all = &Optimizer::decay_norm_and_bias;
  double Optimizer::*bias_factor = &Optimizer::bias_learning_rate_factor;
  double Optimizer::*layer_decay = &Optimizer::layer_decay;
  std::vector<std::string> Optimizer::*no_decay = &Optimizer::no_decay;
  std::vector<std::string> Optimizer::*freeze = &Optimizer::freeze;
  return fields
      .number("weight_decay", weight_decay,
              {.help = "Pulls weights towards zero; the optimizer's formula says how",
               .min = 0,
               .max = 1,
               .paper = "0.0005 (AlexNet, section 5), 0.0001 (ResNet), 0.3 (ViT, AdamW), 0.02 (RSB, LAMB)"})
      .boolean("decay_norm_and_bias", decay_all,
               {.help = "Whether biases, normalisation parameters, class token and positions decay too",
                .paper = "false in the code of 2012 and in DeiT, true in the ResNet reference"})
      .number("bias_learning_rate_factor", bias_factor,
              {.help = "Biases learn this many times as fast as weights",
               .min = 0,
               .max = 100,
               .paper = "2 (code of 2012 and Caffe)"})
      .number("layer_decay", layer_decay,
              {.help = "Each layer below the classifier learns this many times as fast as the one above it",
               .min = 0.01,
               .max = 1,
               .paper = "0.65 (BEiT fine-tuning, arXiv 2106.08254)"})
      .texts("no_decay", no_decay, {.help = "Parameters or modules that do not decay, by name"})
      .texts("freeze", freeze, {.help = "Parameters or modules that do not learn, by name, such as conv1 or layer1.0"});
}

template <class Optimizer>
base::Fields<Optimizer>& add_moment_fields(base::Fields<Optimizer>& fields) {
  return fields
      .number("beta1", &Optimizer::beta1,
              {.help = "Share of the mean gradient that is kept at each step", .min = 0, .max = kLargestMomentum})
      .number("beta2", &Optimizer::beta2,
              {.help = "Share of the mean squared gradient that is kept at each step", .min = 0, .max = 0.999999})
      .number("epsilon", &Optimizer::epsilon, {.help = "Added to the root of the mean square", .min = 1e-16, .max = 1});
}

std::string sgd_problem(const SgdConfig& config) {
  if (config.nesterov && config.momentum == 0.0) return "nesterov needs a momentum above 0";
  if (config.nesterov && config.rate_in_velocity) return "nesterov and rate_in_velocity exclude each other";
  if (config.rate_in_velocity && config.momentum == 0.0) return "rate_in_velocity needs a momentum above 0";
  return "";
}

std::string rmsprop_problem(const RmsPropConfig& config) {
  if (config.rate_in_velocity && config.momentum == 0.0) return "rate_in_velocity needs a momentum above 0";
  return "";
}

base::Fields<SgdConfig> sgd_fields() {
  base::Fields<SgdConfig> fields("Stochastic gradient descent with momentum.");
  fields
      .number("momentum", &SgdConfig::momentum,
              {.help = "Share of the last step that is kept",
               .min = 0,
               .max = kLargestMomentum,
               .paper = "0.9 (AlexNet, section 5)"})
      .boolean("nesterov", &SgdConfig::nesterov, {.help = "Looks one step of momentum ahead"})
      .boolean("rate_in_velocity", &SgdConfig::rate_in_velocity,
               {.help = "v <- momentum v - rate (g + decay w), w <- w + v; otherwise the rate multiplies v",
                .paper = "true (AlexNet, section 5)"})
      .check(sgd_problem);
  return add_group_fields(fields);
}

base::Fields<AdamWConfig> adamw_fields() {
  base::Fields<AdamWConfig> fields("Adam with decoupled weight decay (Loshchilov and Hutter, arXiv 1711.05101).");
  return add_group_fields(add_moment_fields(fields));
}

base::Fields<LambConfig> lamb_fields() {
  base::Fields<LambConfig> fields("Adam with a rate per tensor for large batches (You et al., arXiv 1904.00962).");
  add_moment_fields(fields)
      .boolean("bias_correction", &LambConfig::bias_correction, {.help = "Makes up for averages that start at zero"})
      .number("max_gradient_norm", &LambConfig::max_gradient_norm,
              {.help = "Gradients of a larger norm, all tensors together, are shrunk to it; 0 turns it off",
               .min = 0,
               .max = 1e6,
               .paper = "1 (NVIDIA's LAMB and timm)"})
      .boolean("decoupled_decay", &LambConfig::decoupled_decay,
               {.help = "Decays weights directly; otherwise the decay is part of the adapted update",
                .paper = "false (LAMB, algorithm 2)"})
      .boolean("always_adapt", &LambConfig::always_adapt,
               {.help = "Adapts the rate of tensors without weight decay too"})
      .boolean("trust_clip", &LambConfig::trust_clip,
               {.help = "Never raises the rate of a tensor above the schedule's"});
  return add_group_fields(fields);
}

base::Fields<MuonConfig> muon_fields() {
  base::Fields<MuonConfig> fields("Orthogonalised momentum for the matrices of hidden layers, AdamW for the rest.");
  fields
      .number("momentum", &MuonConfig::momentum,
              {.help = "Share of the mean gradient of a matrix that is kept at each step",
               .min = 0,
               .max = kLargestMomentum,
               .paper = "0.95 (Jordan et al. 2024)"})
      .boolean("nesterov", &MuonConfig::nesterov, {.help = "Looks one step of momentum ahead"})
      .choice("scale", &MuonConfig::scale,
              {{"match_rms_adamw", MuonScale::kMatchRmsAdamW}, {"original", MuonScale::kOriginal}},
              {.help = "Size of a matrix's step: that of AdamW, so that one rate serves both, or that of Jordan et al.",
               .paper = "match_rms_adamw (arXiv 2502.16982)"})
      .number("adamw_learning_rate_factor", &MuonConfig::adamw_learning_rate_factor,
              {.help = "What is left to AdamW learns this many times as fast as the matrices", .min = 0, .max = 1000});
  return add_group_fields(add_moment_fields(fields));
}

base::Fields<RmsPropConfig> rmsprop_fields() {
  base::Fields<RmsPropConfig> fields("RMSprop: gradients divided by the root of their mean square.");
  fields
      .number("smoothing", &RmsPropConfig::smoothing,
              {.help = "Share of the mean squared gradient that is kept at each step",
               .min = 0,
               .max = 0.999999,
               .paper = "0.9 (Hinton's lecture 6; TensorFlow), 0.99 (PyTorch)"})
      .number("momentum", &RmsPropConfig::momentum,
              {.help = "Share of the last step that is kept", .min = 0, .max = kLargestMomentum})
      .number("epsilon", &RmsPropConfig::epsilon, {.help = "Added to the divisor", .min = 1e-16, .max = 10})
      .boolean("centered", &RmsPropConfig::centered, {.help = "Divides by the standard deviation of the gradient"})
      .boolean("epsilon_inside_root", &RmsPropConfig::epsilon_inside_root,
               {.help = "Adds epsilon before the root is taken", .paper = "true (TensorFlow's form)"})
      .number(
          "initial_square", &RmsPropConfig::initial_square,
          {.help = "The mean square that training starts with", .min = 0, .max = 1, .paper = "1 (TensorFlow's form)"})
      .boolean("rate_in_velocity", &RmsPropConfig::rate_in_velocity,
               {.help = "The rate enters the velocity; otherwise it multiplies the velocity",
                .paper = "true (TensorFlow's form)"})
      .check(rmsprop_problem);
  return add_group_fields(fields);
}

}  // namespace

const base::Fields<SgdConfig>& SgdConfig::fields() {
  static const auto kFields = sgd_fields();
  return kFields;
}

const base::Fields<AdamWConfig>& AdamWConfig::fields() {
  static const auto kFields = adamw_fields();
  return kFields;
}

const base::Fields<LambConfig>& LambConfig::fields() {
  static const auto kFields = lamb_fields();
  return kFields;
}

const base::Fields<MuonConfig>& MuonConfig::fields() {
  static const auto kFields = muon_fields();
  return kFields;
}

const base::Fields<RmsPropConfig>& RmsPropConfig::fields() {
  static const auto kFields = rmsprop_fields();
  return kFields;
}

const base::Alternatives<OptimizerConfig>& optimizer_alternatives() {
  static const auto kTable = base::Alternatives<OptimizerConfig>("type")
                                 .option<SgdConfig>("sgd")
                                 .option<AdamWConfig>("adamw")
                                 .option<LambConfig>("lamb")
                                 .option<MuonConfig>("muon")
                                 .option<RmsPropConfig>("rmsprop");
  return kTable;
}

}  // namespace topfive::optim
