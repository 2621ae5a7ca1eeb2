// What one picture costs on one thread, stage by stage, and what its parts would cost alone.
//
// The path itself carries no clocks: decoding and resampling take turns row by row, and a clock between them would
// cost more than it shows. Instead each picture of a sample goes through the whole path once and through each part
// alone, with the same crop, and the thread's CPU time of each is added up.
#pragma once

#include <cstdint>
#include <vector>

#include "topfive/augment/pipeline.h"
#include "topfive/augment/transform_config.h"
#include "topfive/data/sample_source.h"

namespace topfive::bench {

struct StageSetup {
  const data::SampleSource* source = nullptr;
  const augment::Pipeline* pipeline = nullptr;
  const std::vector<augment::TransformConfig>* steps = nullptr;  // what the pipeline was made of
  int channels = 3;
  std::uint64_t seed = 0;
  bool shuffled = true;        // take the samples in the order of epoch 0 of training, else as they lie
  std::int64_t samples = 512;  // at most this many of them
  double max_seconds = 10;     // and no longer than this
};

// Sums over `pictures`, in seconds of CPU time.
struct StageCosts {
  std::int64_t pictures = 0;  // that were measured
  std::int64_t planned = 0;   // of them, those whose window decode and resampling could be measured alone
  std::int64_t skipped = 0;   // could not be read
  std::int64_t windows = 0;   // JPEGs of which a window is decoded; the others are decoded as a whole

  double read = 0;           // the file's bytes
  double header = 0;         // up to the first pixel; only planned ones, as are the next two
  double window_decode = 0;  // header and the rows of the window, thrown away
  double resample = 0;       // from rows in memory
  double whole_decode = 0;   // header and all rows, thrown away
  double complete = 0;       // the path itself: from reading to the slot
};

StageCosts measure_stages(const StageSetup& setup);

}  // namespace topfive::bench
