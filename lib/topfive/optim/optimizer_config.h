// Which optimizer, and its constants. The learning rate is the schedule's.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "topfive/base/config_fields.h"

namespace topfive::optim {

// In every optimizer: which parameters it changes, how fast, and which of them decay.
struct GroupsConfig {
  double weight_decay = 1e-4;
  bool decay_norm_and_bias = true;
  double bias_learning_rate_factor = 1.0;
  double layer_decay = 1.0;  // per layer, from the classifier down
  // Names of parameters or modules. "fc" is the module fc with all that is in it; "pos_embedding" is the parameter or
  // module of that name wherever it stands.
  std::vector<std::string> no_decay = {};
  std::vector<std::string> freeze = {};
};

struct SgdConfig : GroupsConfig {
  double momentum = 0.9;
  bool nesterov = false;
  // The form of 2012: the rate enters the velocity, so a new rate acts on future gradients only.
  bool rate_in_velocity = false;
  static const base::Fields<SgdConfig>& fields();
};

struct AdamWConfig : GroupsConfig {
  AdamWConfig() { weight_decay = 0.01; }
  double beta1 = 0.9;
  double beta2 = 0.999;
  double epsilon = 1e-8;
  static const base::Fields<AdamWConfig>& fields();
};

struct LambConfig : GroupsConfig {
  LambConfig() { weight_decay = 0.01; }
  double beta1 = 0.9;
  double beta2 = 0.999;
  double epsilon = 1e-6;
  bool bias_correction = true;
  double max_gradient_norm = 1.0;  // of all gradients together; 0: as they are
  bool decoupled_decay = false;
  bool always_adapt = false;
  bool trust_clip = false;
  static const base::Fields<LambConfig>& fields();
};

// How large the step of a matrix is beside AdamW's; see muon.h.
enum class MuonScale { kMatchRmsAdamW, kOriginal };

struct MuonConfig : GroupsConfig {
  MuonConfig() { weight_decay = 0.1; }
  double momentum = 0.95;
  bool nesterov = true;
  MuonScale scale = MuonScale::kMatchRmsAdamW;
  // AdamW's, for what is not the matrix of a hidden layer.
  double adamw_learning_rate_factor = 1.0;
  double beta1 = 0.9;
  double beta2 = 0.95;
  double epsilon = 1e-8;
  static const base::Fields<MuonConfig>& fields();
};

struct RmsPropConfig : GroupsConfig {
  RmsPropConfig() { weight_decay = 0.0; }
  double smoothing = 0.99;  // alpha of the papers and of PyTorch
  double momentum = 0.0;
  double epsilon = 1e-8;
  bool centered = false;
  // TensorFlow's form differs in three places.
  bool epsilon_inside_root = false;
  double initial_square = 0.0;
  bool rate_in_velocity = false;
  static const base::Fields<RmsPropConfig>& fields();
};

using OptimizerConfig = std::variant<SgdConfig, AdamWConfig, LambConfig, MuonConfig, RmsPropConfig>;

// Told apart by "type": sgd, adamw, lamb, muon, rmsprop.
const base::Alternatives<OptimizerConfig>& optimizer_alternatives();

}  // namespace topfive::optim
