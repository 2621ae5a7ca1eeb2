// How long a run is in steps, and how the pictures of a step are shared out.
#pragma once

#include <cstdint>
#include <string>

#include "topfive/engine/train_config.h"

namespace topfive::engine {

struct RunLength {
  std::int64_t steps_per_epoch = 0;
  std::int64_t total_steps = 0;
  std::int64_t num_epochs() const { return (total_steps + steps_per_epoch - 1) / steps_per_epoch; }
  std::int64_t steps_in_epoch(std::int64_t epoch) const;  // the last one may be short
};
// UserError(kConfig) if the data set does not fill one batch.
RunLength run_length(const TrainConfig& config, std::int64_t num_images);

// Pictures that one device takes at once: global_batch_size / (ranks * accumulation_steps). UserError(kConfig) where
// that is not a whole number.
int device_batch_size(const TrainConfig& config, int ranks);

// "global batch 1,024 = 8 ranks x 64 x 2 accumulation"
std::string describe_batch(const TrainConfig& config, int ranks);

}  // namespace topfive::engine
