// How long and on what terms a network is trained, when it is saved and what is logged.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "topfive/base/config_fields.h"
#include "topfive/engine/checkpoint_writer.h"
#include "topfive/optim/ema.h"
#include "topfive/optim/grad_scaler.h"
#include "topfive/optim/gradient_clip.h"

namespace topfive::engine {

// The type in which networks compute. Weights, gradients and optimizer state are float32 in all of them.
enum class Precision {
  kFloat32,
  kBfloat16,  // autocast: convolutions and matrix products in bfloat16
  kFloat16,   // autocast in float16, with a scaled loss
};

// What of a picture is looked at to tell its class.
enum class EvalProtocol {
  kCenter,    // the picture as augment.eval makes it
  kMirrored,  // that and its mirror image: the mean of both logits
};
// As recipes, flags and reports spell them.
const std::vector<std::pair<std::string, EvalProtocol>>& eval_protocol_names();

struct TrainConfig {
  double num_epochs = 90;
  std::int64_t max_steps = 0;  // 0: no limit beside num_epochs
  int global_batch_size = 128;
  int accumulation_steps = 1;  // parts that a device works through before each optimizer step
  int eval_batch_size = 128;
  std::uint64_t seed = 1;
  int eval_every_epochs = 1;
  EvalProtocol eval_protocol = EvalProtocol::kCenter;
  Precision precision = Precision::kFloat32;
  bool allow_tf32 = false;
  bool channels_last = true;
  bool activation_checkpointing = false;
  bool cuda_graphs = false;
  std::int64_t precise_batch_norm_batches = 0;  // 0: the moving averages stay
  int num_compute_threads = 0;                  // 0: all cores
  optim::ClipConfig clip;
  optim::EmaConfig ema;
  optim::GradScalerConfig grad_scaler;  // of fp16
  static const base::Fields<TrainConfig>& fields();
};

struct CheckpointConfig {
  std::int64_t every_steps = 0;  // 0: not by steps
  double every_minutes = 30;     // 0: not by time
  int every_epochs = 1;
  int keep = 2;       // newest ones kept
  int keep_best = 1;  // kept beside them: those with the lowest top-1 error
  OnSaveError on_error = OnSaveError::kStop;
  static const base::Fields<CheckpointConfig>& fields();
};

struct LogConfig {
  int every_steps = 20;
  bool csv = true;
  bool tensorboard = true;
  static const base::Fields<LogConfig>& fields();
};

}  // namespace topfive::engine
