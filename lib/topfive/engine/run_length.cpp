#include "topfive/engine/run_length.h"

#include <algorithm>
#include <cmath>

#include "topfive/base/error.h"
#include "topfive/base/text.h"

namespace topfive::engine {

std::int64_t RunLength::steps_in_epoch(std::int64_t epoch) const {
  return std::min(steps_per_epoch, total_steps - epoch * steps_per_epoch);
}

RunLength run_length(const TrainConfig& config, std::int64_t num_images) {
  RunLength length;
  length.steps_per_epoch = num_images / config.global_batch_size;
  if (length.steps_per_epoch == 0) {
    throw base::UserError(base::ExitCode::kConfig,
                          "train.global_batch_size is " + std::to_string(config.global_batch_size) +
                              ", but the training set has only " + std::to_string(num_images) + " pictures; lower it");
  }
  length.total_steps = std::llround(config.num_epochs * static_cast<double>(length.steps_per_epoch));
  if (config.max_steps > 0) length.total_steps = std::min(length.total_steps, config.max_steps);
  return length;
}

int device_batch_size(const TrainConfig& config, int ranks) {
  const int parts = ranks * config.accumulation_steps;
  if (config.global_batch_size % parts == 0) return config.global_batch_size / parts;
  throw base::UserError(base::ExitCode::kConfig,
                        "train.global_batch_size is " + std::to_string(config.global_batch_size) +
                            ", which is no multiple of " + std::to_string(ranks) + " ranks x " +
                            std::to_string(config.accumulation_steps) + " accumulation steps; choose another size");
}

std::string describe_batch(const TrainConfig& config, int ranks) {
  std::string text = "global batch " + base::with_thousands(config.global_batch_size);
  const int device_batch = device_batch_size(config, ranks);
  if (device_batch == config.global_batch_size) return text;
  text += " = ";
  if (ranks > 1) text += std::to_string(ranks) + " ranks x ";
  text += base::with_thousands(device_batch);
  if (config.accumulation_steps > 1) text += " x " + std::to_string(config.accumulation_steps) + " accumulation";
  return text;
}

}  // namespace topfive::engine
