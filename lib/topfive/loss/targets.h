// What a batch should have been recognised as.
#pragma once

#include <torch/types.h>

namespace topfive::loss {

// All tensors on one device.
struct Targets {
  torch::Tensor labels;          // [N] int64
  torch::Tensor partner_labels;  // [N] int64, of the picture that each was mixed with; undefined where nothing was
  torch::Tensor own_share;       // float32 scalar: what `labels` weigh, 0 to 1; the rest goes to partner_labels

  bool mixed() const { return partner_labels.defined(); }
};

// The label that weighs more, by which the errors of training are counted. [N] int64. Does not wait for the device.
torch::Tensor dominant_labels(const Targets& targets);

}  // namespace topfive::loss
