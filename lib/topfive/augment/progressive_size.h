// Progressive resizing: training begins with small pictures, which are cheap, and ends with large ones.
//
// The rule is that of FFCV's ImageNet recipes (get_resolution in libffcv/ffcv-imagenet): up to start_epoch the start
// size, from end_epoch the end size, a straight line between, rounded to a multiple. One size an epoch.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "topfive/augment/transform_config.h"
#include "topfive/base/config_fields.h"

namespace topfive::augment {

struct ProgressiveSizeConfig {
  int start_size = 0;  // 0: no progressive resizing
  int end_size = 0;    // 0: the size that the list of transforms gives
  int start_epoch = 0;
  int end_epoch = 0;
  int multiple_of = 32;
  static const base::Fields<ProgressiveSizeConfig>& fields();
};

// The side of the training pictures in an epoch, counted from 0. `full_size` is what the list of transforms gives.
int train_size(const ProgressiveSizeConfig& config, std::int64_t epoch, int full_size);

// The list with another size in its last step that sets one (resize, center_crop, random_crop, random_resized_crop,
// pad_and_random_crop). UserError(kConfig) naming `split` where there is none.
std::vector<TransformConfig> with_final_size(std::vector<TransformConfig> steps, int size, const std::string& split);

}  // namespace topfive::augment
