#include "topfive/dist/gradient_traffic.h"

#include "topfive/dist/gradient_buckets.h"

namespace topfive::dist {

GradientTraffic gradient_traffic(const std::vector<at::Tensor>& parameters, int num_ranks,
                                 const AveragerConfig& config) {
  GradientTraffic traffic;
  for (const at::Tensor& parameter : parameters) traffic.bytes += static_cast<std::int64_t>(parameter.nbytes());
  if (config.precision == GradientPrecision::kBfloat16) traffic.bytes /= 2;
  traffic.sent = 2 * (num_ranks - 1) * traffic.bytes / num_ranks;
  traffic.buckets = static_cast<int>(gradient_buckets(parameters, config).size());
  return traffic;
}

}  // namespace topfive::dist
