// An exponential moving average of a network's weights, to be evaluated and saved beside them.
//
//   average <- decay * average + (1 - decay) * weights
//
// As torchvision's ExponentialMovingAverage, buffers (the statistics of batch normalisation) are averaged too; buffers
// of whole numbers are copied. The first update copies everything.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <torch/nn/module.h>
#include <torch/types.h>

#include "topfive/base/config_fields.h"
#include "topfive/optim/optimizer.h"

namespace topfive::optim {

struct EmaConfig {
  double decay = 0.0;  // 0: no average is kept
  std::int64_t every_steps = 1;
  double start_epochs = 0.0;  // until then, and at the first update after, the average is a copy of the weights
  bool warmup = false;
  bool torchvision_rescale = false;
  bool enabled() const { return decay > 0.0; }
  static const base::Fields<EmaConfig>& fields();
};

// What the decay depends on beside the config.
struct EmaRun {
  std::int64_t steps_per_epoch = 1;
  std::int64_t global_batch_size = 1;
  double num_epochs = 1.0;
};

// The decay of the update that follows optimizer step `step`, from 1; 0 is a copy. With n updates since start_epochs,
// this one not counted, of which the first is a copy:
//   warmup               min(decay, (1 + n) / (10 + n)), as in TensorFlow
//   torchvision_rescale  1 - min(1, (1 - decay) * global batch * every_steps / epochs), as in torchvision's train.py
double ema_decay(const EmaConfig& config, const EmaRun& run, std::int64_t step);

// Starts as a copy of the module, on its device and in its memory formats. Build it after the module has reached them.
// Not thread-safe. Its whole state is tensors(); the number of updates follows from the step.
class Ema {
 public:
  Ema(const EmaConfig& config, const EmaRun& run, const torch::nn::Module& module);

  // To be called after every optimizer step with the number of steps done; averages when it is time.
  void update(std::int64_t step);

  // Under the module's names: parameters, then buffers. They share memory with the average.
  NamedTensors tensors() const;
  // Copies the values back. UserError(kBadData) unless names (in any order) and shapes are the same.
  void load(const NamedTensors& tensors);

  // While it lives, the module holds the average and the average the weights; values are exchanged in place, so that
  // optimizer, captured graphs and checkpoints keep their addresses. Nothing else may touch either meanwhile.
  class Swap {
   public:
    explicit Swap(Ema& ema);
    ~Swap();
    Swap(const Swap&) = delete;
    Swap& operator=(const Swap&) = delete;

   private:
    Ema& ema_;
  };

 private:
  void exchange();

  EmaConfig config_;
  EmaRun run_;
  std::vector<std::string> names_;
  // One entry a name; weights_ are the module's own tensors.
  std::vector<torch::Tensor> weights_;
  std::vector<torch::Tensor> averages_;
};

}  // namespace topfive::optim
