// What one picture costs on one thread: the path stage by stage, and the parts that bound it, alone.
//
// Each picture of a sample goes through the path twice, without clocks and with those of the reader, which cost a
// little themselves; and through each part alone, with the same crop. Times are of this thread.
#pragma once

#include <cstdint>
#include <vector>

#include "topfive/augment/pipeline.h"
#include "topfive/augment/transform_config.h"
#include "topfive/data/sample_reader.h"

namespace topfive::bench {

struct StageSetup {
  const data::SampleSource* source = nullptr;
  const augment::Pipeline* pipeline = nullptr;
  const std::vector<augment::TransformConfig>* steps = nullptr;  // what the pipeline was made of
  data::ReaderOptions reader;
  bool shuffled = true;        // take the samples in the order of training's first epoch, else as they lie
  std::int64_t samples = 512;  // at most this many of them
  double max_seconds = 10;     // and no longer than this
};

// All in seconds, summed over pictures.
struct StageCosts {
  std::int64_t pictures = 0;  // that were measured
  std::int64_t skipped = 0;   // that could not be read
  double path = 0;            // from reading to the slot, without clocks inside
  data::StageSeconds stages;  // of the same, with them

  double whole_decode = 0;  // of `encoded` pictures: the header and all rows, thrown away
  std::int64_t encoded = 0;
  double window_decode = 0;  // of `planned` pictures: the header and the rows of the window, thrown away
  double resample = 0;       // of the same, from rows in memory
  std::int64_t planned = 0;  // JPEGs of which a window can be decoded, with a list that plan_window() understands
};

StageCosts measure_stages(const StageSetup& setup);

}  // namespace topfive::bench
