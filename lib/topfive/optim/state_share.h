// Who keeps the state of which parameter, where processes share an optimizer's state out among themselves (stage 1 of
// ZeRO; Rajbhandari et al. 2019, arXiv 1910.02054).
#pragma once

#include <cstdint>
#include <vector>

#include "topfive/optim/parameter_groups.h"

namespace topfive::optim {

// The part of the state that one process keeps.
struct StateShare {
  int part = 0;
  int parts = 1;
};

// For each size, the part that it goes to, so that parts are about equal: the largest first, and each to the part that
// is smallest so far. Of equals the first comes first, so that all processes get the same answer.
std::vector<int> balanced_parts(const std::vector<std::int64_t>& sizes, int parts);

// The part that each parameter's state goes to, by group and by place in it, balanced by elements. Parameters stay
// whole: what is computed over one of them, such as LAMB's trust ratio, has the bits that it has in one process.
std::vector<std::vector<int>> parts_by_group(const ParameterGroups& groups, int parts);

}  // namespace topfive::optim
