// What averaging gradients takes of the network, computed and not measured.
#pragma once

#include <cstdint>
#include <vector>

#include <ATen/core/Tensor.h>

#include "topfive/dist/averager_config.h"

namespace topfive::dist {

struct GradientTraffic {
  std::int64_t bytes = 0;  // of the gradients, as they travel
  std::int64_t sent = 0;   // by each rank in a step
  int buckets = 0;         // in which they go out
};

// Of the parameters that learn, in the network's order. A ring all-reduce is assumed, in which each of n ranks sends
// 2 (n - 1) / n of the bytes (Patarasu and Yuan, 2009); Gloo's and NCCL's are rings where messages are large. Buckets
// are those of gradient_buckets().
GradientTraffic gradient_traffic(const std::vector<at::Tensor>& parameters, int num_ranks,
                                 const AveragerConfig& config);

}  // namespace topfive::dist
