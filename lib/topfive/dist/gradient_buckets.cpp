#include "topfive/dist/gradient_buckets.h"

#include <cstdint>
#include <numeric>

#include <torch/csrc/distributed/c10d/reducer.hpp>

namespace topfive::dist {

std::vector<std::vector<std::size_t>> gradient_buckets(const std::vector<at::Tensor>& parameters,
                                                       const AveragerConfig& config) {
  constexpr std::size_t kMebibyte = 1 << 20;
  if (parameters.empty()) return {};
  const std::vector<at::Tensor> backwards(parameters.rbegin(), parameters.rend());
  std::vector<std::int64_t> positions(parameters.size());
  std::iota(positions.rbegin(), positions.rend(), 0);
  const std::vector<std::size_t> limits = {static_cast<std::size_t>(config.first_bucket_mb) * kMebibyte,
                                           static_cast<std::size_t>(config.bucket_mb) * kMebibyte};
  return std::get<0>(c10d::compute_bucket_assignment_by_size(backwards, limits, {}, positions));
}

}  // namespace topfive::dist
