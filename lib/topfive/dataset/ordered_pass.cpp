#include "topfive/dataset/ordered_pass.h"

#include <algorithm>

#include <sched.h>

namespace topfive::dataset {

int threads_or_default(int threads) {
  if (threads > 0) return threads;
  // The affinity mask is what batch systems and containers set, not the number of cores in the machine.
  cpu_set_t mask;
  if (sched_getaffinity(0, sizeof(mask), &mask) == 0) return CPU_COUNT(&mask);
  return std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
}

}  // namespace topfive::dataset
