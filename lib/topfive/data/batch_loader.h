// Fills batches ahead of the consumer with a pool of threads.
//
// A ticket number fixes the batch and the slot of each sample before any work is done, so the
// number of threads and their timing never change a batch. A ring of `ring_batches` buffers is the
// back-pressure and the memory bound.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "topfive/augment/pipeline.h"
#include "topfive/data/batch.h"
#include "topfive/data/read_statistics.h"
#include "topfive/data/sample_reader.h"
#include "topfive/data/sample_source.h"

namespace topfive::data {

// A picture that could not be used.
struct BadSample {
  std::string name;
  std::string kind;  // "unreadable", or one of image::bad_picture_names()
  std::string reason;
};

// What happens to a picture that cannot be used.
enum class BadPictures {
  kFail,      // the epoch ends with an error
  kReplace,   // training: the next good sample of the epoch's order, whatever the rank, takes its place
  kLeaveOut,  // evaluation on request: it gets the label kLeftOut
};

struct LoaderOptions {
  int batch_size = 1;
  int threads = 1;                    // 0: as many as the process may use cores (its affinity mask)
  int ring_batches = 4;               // buffers in the ring, one of them with the consumer
  ReaderOptions reader;               // of the threads; its seed is that of the order too
  std::int64_t max_memory_bytes = 0;  // of memory_bytes(); 0: no bound. Checked before anything is allocated
  int repeats = 1;                    // copies of a sample in an epoch, each with its own random stream; see EpochOrder
  std::int64_t read_ahead_bytes = 0;  // of coming pictures that the system is asked to fetch; 0: none
  // Bad pictures are counted once per epoch and rank, and reported through on_bad. Above `max_bad` replacements in one
  // epoch the loader fails, at the same batch for any number of threads.
  BadPictures bad_pictures = BadPictures::kFail;
  std::int64_t max_bad = 0;
  std::function<void(const BadSample&)> on_bad;  // called by next(), in the order of the epoch
};

// Which samples, in which order.
struct EpochPlan {
  std::int64_t epoch = 0;
  bool shuffle = false;
  bool drop_last = false;        // leave out the last batch where it would not be full
  std::int64_t first_batch = 0;  // where to go on after a resume
  int rank = 0;                  // this process takes positions rank, rank + world_size, ...
  int world_size = 1;
  // It takes batches rank, rank + world_size, ... of those that one process would make, instead of positions: the same
  // batches whatever the number of ranks. Not with drop_last.
  bool whole_batches = false;
  // What the pictures of this epoch go through, borrowed until the next one starts; null: the loader's own. Its
  // pictures may be smaller than the loader's own, not larger.
  const augment::Pipeline* pipeline = nullptr;
};

class BatchLoader {
 public:
  // The most that a thread keeps for photos of usual size: file, decoder, resampler.
  static constexpr std::int64_t kScratchPerThread = std::int64_t{4} << 20;

  // Borrows source and pipeline for its life. Allocates the ring once. UserError: kBadData for an
  // empty source, kConfig for a ring above max_memory_bytes. Turns off OpenCV's own threads for the
  // whole process.
  BatchLoader(const SampleSource& source, const augment::Pipeline& pipeline, LoaderOptions options,
              PixelAllocator allocator = {});
  ~BatchLoader();  // stops the threads
  BatchLoader(const BatchLoader&) = delete;
  BatchLoader& operator=(const BatchLoader&) = delete;

  // Begins an epoch; any epoch still running is abandoned, and leases of it must not be read any
  // more. UserError(kConfig) where drop_last leaves no batch at all. std::invalid_argument where the plan's pictures do
  // not fit into the ring.
  void start(const EpochPlan& plan);
  // The next batch in order; an empty lease at the end of the epoch. Throws
  // base::UserError(kBadData) when a picture is bad beyond what the options allow, naming it; an
  // exception of a loader thread is thrown on here. After an error the epoch is over, and the error
  // comes again until start(). One consumer thread, which must hold fewer than ring_batches leases;
  // a lease may be released on any thread, and may outlive the loader.
  BatchLease next();

  // Batches of an epoch on this rank under such a plan; without drop_last, later ranks may have one
  // less.
  std::int64_t batches_per_epoch(bool drop_last, int world_size = 1, int rank = 0) const;
  const LoaderOptions& options() const;
  int threads() const;
  std::int64_t bad_samples() const;   // distinct ones, in the batches of this epoch that next() has gone through
  double seconds_waited() const;      // time the consumer spent waiting in next(), whole life
  std::int64_t memory_bytes() const;  // what the ring holds, and what its threads keep for pictures of usual size
  ReadStatistics statistics() const;  // of all pictures that were read, whole life

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace topfive::data
