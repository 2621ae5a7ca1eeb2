#pragma once

#include "topfive/optim/named_tensors.h"

namespace topfive::optim {

// Values that later steps leave alone.
inline NamedTensors copies(const NamedTensors& tensors) {
  NamedTensors result;
  for (const auto& [name, tensor] : tensors) result.emplace_back(name, tensor.clone());
  return result;
}

}  // namespace topfive::optim
