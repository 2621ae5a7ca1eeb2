// Activation checkpointing: Chen et al., "Training deep nets with sublinear memory cost", arXiv 1604.06174.
//
// A block keeps only its input; what it computed in between is dropped after the forward pass and computed once more in
// the backward pass. Memory for one block instead of all of them, for about a third more work.
#pragma once

#include <functional>
#include <vector>

#include <torch/types.h>

namespace topfive::models {

// block(input), with the gradients of block for `input` and for `parameters`, bit for bit those of a plain call on a
// CPU. The second pass draws the same random numbers as the first, sees the same autocast setting, and leaves running
// statistics alone (see RunningStatisticsHold). `block` is called by the backward pass too, so what it refers to must
// live until then; it must not change `input` in place, and all parameters it uses must be listed.
torch::Tensor checkpointed(std::function<torch::Tensor(const torch::Tensor&)> block, const torch::Tensor& input,
                           const std::vector<torch::Tensor>& parameters);

// block.forward(input), checkpointed or plain.
template <class Block>
torch::Tensor run_block(bool with_checkpoint, Block& block, const torch::Tensor& input) {
  if (!with_checkpoint) return block.forward(input);
  return checkpointed([&block](const torch::Tensor& x) { return block.forward(x); }, input, block.parameters());
}

}  // namespace topfive::models
