#include "topfive/optim/state_share.h"

#include <algorithm>
#include <cstddef>
#include <numeric>

namespace topfive::optim {

std::vector<int> balanced_parts(const std::vector<std::int64_t>& sizes, int parts) {
  std::vector<std::size_t> largest_first(sizes.size());
  std::iota(largest_first.begin(), largest_first.end(), std::size_t{0});
  std::stable_sort(largest_first.begin(), largest_first.end(),
                   [&](std::size_t a, std::size_t b) { return sizes[a] > sizes[b]; });
  std::vector<std::int64_t> filled(static_cast<std::size_t>(parts), 0);
  std::vector<int> part_of(sizes.size());
  for (const std::size_t i : largest_first) {
    const auto smallest = std::min_element(filled.begin(), filled.end());
    *smallest += sizes[i];
    part_of[i] = static_cast<int>(smallest - filled.begin());
  }
  return part_of;
}

std::vector<std::vector<int>> parts_by_group(const ParameterGroups& groups, int parts) {
  std::vector<std::int64_t> sizes;
  for (const ParameterGroup& group : groups) {
    for (const torch::Tensor& tensor : group.tensors) sizes.push_back(tensor.numel());
  }
  const std::vector<int> flat = balanced_parts(sizes, parts);
  std::vector<std::vector<int>> by_group;
  auto next = flat.begin();
  for (const ParameterGroup& group : groups) {
    const auto end = next + static_cast<std::ptrdiff_t>(group.tensors.size());
    by_group.emplace_back(next, end);
    next = end;
  }
  return by_group;
}

}  // namespace topfive::optim
