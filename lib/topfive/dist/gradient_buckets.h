// Which gradients travel together.
#pragma once

#include <cstddef>
#include <vector>

#include <ATen/core/Tensor.h>

#include "topfive/dist/averager_config.h"

namespace topfive::dist {

// Positions of the parameters, which are given in the network's order, in the order in which buckets go out. Backward
// comes to the parameters last to first: so do the buckets, and the first of them is small, to go out early.
std::vector<std::vector<std::size_t>> gradient_buckets(const std::vector<at::Tensor>& parameters,
                                                       const AveragerConfig& config);

}  // namespace topfive::dist
