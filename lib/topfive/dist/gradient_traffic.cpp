#include "topfive/dist/gradient_traffic.h"

#include <torch/csrc/distributed/c10d/reducer.hpp>

namespace topfive::dist {

GradientTraffic gradient_traffic(const std::vector<at::Tensor>& parameters, int num_ranks,
                                 const AveragerConfig& config) {
  constexpr std::size_t kMebibyte = 1 << 20;
  GradientTraffic traffic;
  const std::vector<at::Tensor> reversed(parameters.rbegin(), parameters.rend());
  for (const at::Tensor& parameter : reversed) traffic.bytes += static_cast<std::int64_t>(parameter.nbytes());
  if (config.precision == GradientPrecision::kBfloat16) traffic.bytes /= 2;
  traffic.sent = 2 * (num_ranks - 1) * traffic.bytes / num_ranks;
  if (reversed.empty()) return traffic;
  const std::vector<std::size_t> limits = {static_cast<std::size_t>(config.first_bucket_mb) * kMebibyte,
                                           static_cast<std::size_t>(config.bucket_mb) * kMebibyte};
  const auto buckets =
      c10d::compute_bucket_assignment_by_size(reversed, limits, std::vector<bool>(reversed.size(), false));
  traffic.buckets = static_cast<int>(std::get<0>(buckets).size());
  return traffic;
}

}  // namespace topfive::dist
