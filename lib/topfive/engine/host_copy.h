// Copies of tensors in host memory, so that training can go on while they are written.
#pragma once

#include "topfive/weights/tensor_file.h"

namespace topfive::engine {

// Taken by one thread while no other reads it.
class HostCopy {
 public:
  // Copies the values, and returns when they have arrived. The memory is kept from call to call, dense, row-major and,
  // for tensors of a GPU, page-locked; it is asked for anew only where a name, a shape or a type has changed.
  void take(const weights::NamedTensors& tensors);
  const weights::NamedTensors& tensors() const { return copies_; }

 private:
  weights::NamedTensors copies_;
};

}  // namespace topfive::engine
