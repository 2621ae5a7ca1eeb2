// Lets a step whose gradient is not finite leave a network as it was before it.
#pragma once

#include <vector>

#include <torch/nn/module.h>
#include <torch/types.h>

namespace topfive::engine {

// Weights change in the update only, but the running statistics of batch normalisation change in the forward pass
// already; of these it keeps a copy. Borrows the network's tensors: make it after the network has reached its device.
// One thread.
class SkipGuard {
 public:
  explicit SkipGuard(const torch::nn::Module& module);

  // Before the first forward pass of a step.
  void begin();
  // After the last backward pass: true if every gradient is finite. Otherwise the statistics are those of begin()
  // again. Waits for the device, and reads each gradient once.
  bool check();

 private:
  std::vector<torch::Tensor> parameters_;
  std::vector<torch::Tensor> buffers_;
  std::vector<torch::Tensor> copies_;
};

// Whether weights and buffers are all finite. Waits for the device, and reads each once.
bool is_finite(const torch::nn::Module& module);

}  // namespace topfive::engine
