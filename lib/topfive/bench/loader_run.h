// The loader of a run under the clock: batches as training takes them, normalised, one after the other.
#pragma once

#include <cstdint>

#include "topfive/data/read_statistics.h"
#include "topfive/data/split.h"
#include "topfive/engine/assembly.h"
#include "topfive/engine/run_config.h"

namespace topfive::bench {

// Whichever is reached first ends the run; 0: no such limit. At least one is set.
struct RunLimits {
  double seconds = 0;
  std::int64_t batches = 0;
  std::int64_t epochs = 0;  // as many batches as these have
};

struct LoaderRun {
  std::int64_t batches = 0;
  std::int64_t images = 0;
  double wall_seconds = 0;
  double cpu_seconds = 0;       // user and system, all threads, the consumer's normalising included
  double seconds_waited = 0;    // of the wall time, by the consumer for a batch
  double checksum = 0;          // so that every batch was made and touched
  std::int64_t bad_images = 0;  // of the last epoch
  int loader_threads = 0;
  std::int64_t peak_memory_bytes = 0;    // of the whole process, LibTorch and all
  std::int64_t loader_memory_bytes = 0;  // the loader's own bound
  data::ReadStatistics reads;            // since the loader began, warm-up included; without times
  // CPU seconds a picture, one thread, measured after the run.
  double normalise = 0;
  double copy = 0;  // memcpy of the normalised batch
};

// A few batches go by before the clock starts; epochs follow each other without an end. On the CPU.
LoaderRun run_loader(const engine::RunConfig& config, const engine::SplitInput& input, data::Split split,
                     const RunLimits& limits);

}  // namespace topfive::bench
