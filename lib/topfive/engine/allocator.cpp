#include "topfive/engine/allocator.h"

#include <malloc.h>

namespace topfive::engine {

void set_up_allocator() {
  mallopt(M_MMAP_MAX, 0);
  mallopt(M_TRIM_THRESHOLD, -1);
  mallopt(M_TOP_PAD, 64 << 20);
}

}  // namespace topfive::engine
