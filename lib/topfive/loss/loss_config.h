// How the loss is put together.
#pragma once

#include "topfive/base/config_fields.h"

namespace topfive::loss {

struct LossConfig {
  double label_smoothing = 0.0;
  double auxiliary_weight = 0.3;
  static const base::Fields<LossConfig>& fields();
};

}  // namespace topfive::loss
