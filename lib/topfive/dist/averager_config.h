// How gradients travel between the ranks.
#pragma once

#include "topfive/base/config_fields.h"

namespace topfive::dist {

enum class GradientPrecision {
  kFull,      // as the gradients are
  kBfloat16,  // rounded for the way: half the bytes
};

struct AveragerConfig {
  int bucket_mb = 25;
  int first_bucket_mb = 1;
  GradientPrecision precision = GradientPrecision::kFull;
  static const base::Fields<AveragerConfig>& fields();
};

}  // namespace topfive::dist
