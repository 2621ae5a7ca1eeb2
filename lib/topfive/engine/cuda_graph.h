// Forward and backward recorded once as a CUDA graph and replayed: one launch instead of a thousand small ones.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include <torch/types.h>

#include "topfive/loss/targets.h"

namespace topfive::engine {

// What a pass reads, and what it reports. All on one device.
struct PassInput {
  torch::Tensor images;  // [N, C, H, W]
  loss::Targets targets;
};
struct PassSums {
  torch::Tensor loss;          // float64 scalar: sum over the pictures
  torch::Tensor top1_correct;  // int64 scalar
};
using Pass = std::function<PassSums(const PassInput&)>;

// Runs the first passes of each shape as they are, so that libraries choose their kernels, records the next one, and
// replays it from then on. A replay reads fixed memory, into which the input is copied, and leaves the gradients in
// fixed memory, to which the parameters' .grad is set. Numbers equal those of the plain pass, dropout included.
// One thread; CUDA only.
class GraphedPass {
 public:
  // The pass must neither wait for the device nor depend on anything but its input and the parameters; it finds the
  // parameters without gradients. False `available()`: this program was built without CUDA's headers.
  GraphedPass(Pass pass, std::vector<torch::Tensor> parameters);
  ~GraphedPass();
  static bool available();

  PassSums run(const PassInput& input);

 private:
  class Recording;
  struct Shape;

  Pass pass_;
  std::vector<torch::Tensor> parameters_;
  std::vector<std::unique_ptr<Shape>> shapes_;
};

}  // namespace topfive::engine
