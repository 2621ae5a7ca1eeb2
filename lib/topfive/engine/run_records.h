// What a run reports about itself: an interval of training, an epoch, an evaluation, a warning.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "topfive/engine/step_clock.h"
#include "topfive/metrics/top_k.h"

namespace topfive::engine {

// Above this share of the time spent waiting for pictures, the input path is what limits a run.
inline constexpr double kDataBoundShare = 0.1;

// The steps since the last record. Gradient, parameters and units are those of the record's own step.
struct TrainRecord {
  std::int64_t step = 0;
  std::int64_t epoch = 0;  // counted from 1, as shown to people
  double loss = 0.0;       // mean over the pictures since the last record
  double learning_rate = 0.0;
  double images_per_second = 0.0;
  double data_wait = 0.0;       // share of the time spent waiting for the input path, 0 to 1
  std::int64_t bad_images = 0;  // that were replaced, since the run began
  std::optional<double> gradient_norm = std::nullopt;
  std::optional<double> parameter_norm = std::nullopt;
  std::optional<double> dead_units = std::nullopt;  // share of the layer that has most units without any gradient
  std::string dead_layer = "";                      // its name
  double loss_scale = 1.0;
  std::int64_t skipped_steps = 0;  // since the run began, as their gradient was not finite
  std::int64_t rollbacks = 0;      // since the run began
  std::array<double, kStepPhases> seconds{};
  double time = 0.0;  // seconds since 1970

  bool data_bound() const { return data_wait > kDataBoundShare; }
};

// The whole of an epoch's training.
struct EpochRecord {
  std::int64_t step = 0;
  std::int64_t epoch = 0;
  std::int64_t images = 0;
  double train_loss = 0.0;
  double train_top1_error = 0.0;
  std::int64_t bad_images = 0;
  double time = 0.0;
};

struct EvalRecord {
  std::int64_t step = 0;
  std::int64_t epoch = 0;
  double train_loss = 0.0;  // mean over the epoch
  double train_top1_error = 0.0;
  metrics::TopKCounts counts;  // of the average of the weights, where one is kept
  double time = 0.0;
  std::optional<metrics::TopKCounts> raw_counts = std::nullopt;  // then: of the weights themselves
};

struct HealthRecord {
  std::int64_t step = 0;
  std::int64_t epoch = 0;
  std::string name;  // "loss-stuck"
  std::string text;
  double time = 0.0;
};

}  // namespace topfive::engine
