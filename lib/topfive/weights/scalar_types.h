// The element types of weight files as those of tensors.
#pragma once

#include <torch/types.h>

#include "topfive/weights/dtype.h"

namespace topfive::weights {

// A type that no file has, such as complex numbers, is a bug of the caller (TORCH_CHECK).
DType dtype_of(torch::ScalarType type);
torch::ScalarType scalar_type(DType type);

}  // namespace topfive::weights
