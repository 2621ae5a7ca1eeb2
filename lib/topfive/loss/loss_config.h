// How the loss is put together, and how pictures are mixed before it.
#pragma once

#include "topfive/base/config_fields.h"

namespace topfive::loss {

enum class LossType { kCrossEntropy, kBinaryCrossEntropy };

struct LossConfig {
  LossType type = LossType::kCrossEntropy;
  double label_smoothing = 0.0;
  double target_threshold = 0.0;  // binary cross-entropy only; 0: targets stay as they are
  bool sum_classes = false;       // binary cross-entropy only
  double auxiliary_weight = 0.3;
  double mixup_alpha = 0.0;   // 0: no mixup
  double cutmix_alpha = 0.0;  // 0: no cutmix
  double mix_probability = 1.0;
  double switch_probability = 0.5;
  static const base::Fields<LossConfig>& fields();
};

// Whether any batch is mixed at all.
bool mixes(const LossConfig& config);

}  // namespace topfive::loss
