// What `bench train` does: the training step of a network, measured alone.
//
// The engine's own step over one batch of random pictures that lies ready, so that no loader takes part: copy and
// normalise, forward, backward, optimizer (SGD with momentum).
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "topfive/engine/step_clock.h"

namespace topfive::bench {

struct TrainBenchRequest {
  std::string model;  // "resnet50", or another name that inspect model lists
  std::string devices = "auto";
  int batch_size = 0;  // 0: 128, or fewer where the pictures are large
  int steps = 20;      // measured, after the warm-up
  int threads = 0;     // 0: one a core
  std::string precision = "float32";
  bool contiguous = false;
  bool activation_checkpointing = false;
  std::filesystem::path json;  // empty: no file
};

struct TrainFigures {
  std::string model;
  std::string device;
  std::string precision;
  std::int64_t parameters = 0;
  int batch_size = 0;
  int image_size = 0;
  int threads = 0;
  bool channels_last = true;
  bool activation_checkpointing = false;
  std::vector<double> step_seconds;                         // wall time, each step
  std::array<double, engine::kStepPhases> phase_seconds{};  // sums over the measured steps
  std::int64_t memory_after_warm_up = 0;                    // resident, bytes
  std::int64_t memory_at_end = 0;
  std::int64_t peak_memory = 0;
  std::int64_t device_peak_memory = 0;  // 0 on the CPU
  double last_loss = 0;

  double median_step_seconds() const;
  double images_per_second() const;
};

// Returns the report. Throws UserError.
std::string run_train_bench(const TrainBenchRequest& request);

std::string train_text(const TrainFigures& figures);
std::string train_json(const TrainFigures& figures);

}  // namespace topfive::bench
