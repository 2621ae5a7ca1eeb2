// What the line that a person watches says of a training run: epoch, step, loss, speed and time left.
#pragma once

#include <cstdint>
#include <string>

#include "topfive/base/progress.h"

namespace topfive::engine {

struct ProgressLine {
  std::int64_t step = 0;
  std::int64_t total_steps = 0;
  std::int64_t epoch = 0;  // counted from 1
  std::int64_t num_epochs = 0;
  double loss = 0.0;
  double learning_rate = 0.0;
  double images_per_second = 0.0;
  double seconds_left = 0.0;
  bool data_bound = false;
};

// "epoch 3/90  step 20,480/900,720  loss 5.1203  lr 0.01  87 img/s  ETA 2:04:11", and "  data-bound" where the loader
// holds the training up.
std::string format_progress(const ProgressLine& line);
}  // namespace topfive::engine
