#include "topfive/bench/loader_run.h"

#include <algorithm>
#include <cstring>
#include <limits>

#include <ATen/Parallel.h>

#include "topfive/bench/process_usage.h"

namespace topfive::bench {
namespace {

// More than the ring holds, so that what is counted was also made while the clock ran.
constexpr int kWarmUpBatches = 8;
// One value of every page is read: enough to notice a batch that was not written, too few to weigh.
constexpr std::int64_t kChecksumStride = 1021;
constexpr int kRepeats = 10;

// The batches of one epoch after the other.
class EndlessBatches {
 public:
  EndlessBatches(data::BatchLoader& loader, data::Split split) : loader_(loader) {
    plan_.shuffle = plan_.drop_last = split == data::Split::kTrain;
    loader_.start(plan_);
  }

  data::BatchLease next() {
    auto lease = loader_.next();
    while (!lease) {
      ++plan_.epoch;
      loader_.start(plan_);
      lease = loader_.next();
    }
    return lease;
  }
  bool drops_last() const { return plan_.drop_last; }

 private:
  data::BatchLoader& loader_;
  data::EpochPlan plan_;
};

double checksum(const torch::Tensor& images) {
  const auto flat = images.permute({0, 2, 3, 1}).reshape({-1});
  const float* values = flat.data_ptr<float>();
  double sum = 0;
  for (std::int64_t i = 0; i < flat.numel(); i += kChecksumStride) sum += values[i];
  return sum;
}

std::int64_t batch_limit(const RunLimits& limits, std::int64_t batches_per_epoch) {
  std::int64_t limit = std::numeric_limits<std::int64_t>::max();
  if (limits.batches > 0) limit = limits.batches;
  if (limits.epochs > 0) limit = std::min(limit, limits.epochs * batches_per_epoch);
  return limit;
}

void take_batches(EndlessBatches& batches, const engine::DeviceBatchMaker& maker, std::int64_t most, double seconds,
                  LoaderRun& run) {
  const double end = seconds > 0 ? wall_seconds() + seconds : std::numeric_limits<double>::infinity();
  while (run.batches < most && wall_seconds() < end) {
    auto lease = batches.next();
    const auto batch = maker.make(*lease);
    run.images += lease->size;
    lease.release();
    run.checksum += checksum(batch.images);
    ++run.batches;
  }
}

// Once before, unmeasured: memory that the allocator has not given out yet costs more than the work.
template <typename Work>
double cpu_seconds_of(Work&& work) {
  work();
  const double begin = thread_cpu_seconds();
  for (int i = 0; i < kRepeats; ++i) work();
  return (thread_cpu_seconds() - begin) / kRepeats;
}

// On this thread alone, so that its own clock counts everything.
void time_normalising(const data::Batch& batch, const engine::DeviceBatchMaker& maker, LoaderRun& run) {
  const int threads = at::get_num_threads();
  at::set_num_threads(1);
  const auto images = maker.make(batch).images;
  auto copy = torch::empty_like(images);
  run.normalise = cpu_seconds_of([&] { maker.make(batch); }) / batch.size;
  run.copy = cpu_seconds_of([&] { std::memcpy(copy.data_ptr(), images.data_ptr(), images.nbytes()); }) / batch.size;
  at::set_num_threads(threads);
}

}  // namespace

LoaderRun run_loader(const engine::RunConfig& config, const engine::SplitInput& input, data::Split split,
                     const RunLimits& limits) {
  const torch::Device cpu(torch::kCPU);
  const auto loader = engine::make_loader(config, input, split, cpu);
  const auto maker = engine::make_batch_maker(config, cpu);
  EndlessBatches batches(*loader, split);
  LoaderRun warm_up;
  take_batches(batches, maker, kWarmUpBatches, 0, warm_up);

  LoaderRun run;
  const double waited = loader->seconds_waited();
  const double wall = wall_seconds();
  const double used = process_cpu_seconds();
  const auto most = batch_limit(limits, loader->batches_per_epoch(batches.drops_last()));
  take_batches(batches, maker, most, limits.seconds, run);
  run.wall_seconds = wall_seconds() - wall;
  run.cpu_seconds = process_cpu_seconds() - used;
  run.seconds_waited = loader->seconds_waited() - waited;
  run.bad_images = loader->bad_samples();
  run.loader_threads = loader->threads();
  run.peak_memory_bytes = peak_memory_bytes();
  run.loader_memory_bytes = loader->memory_bytes();
  run.reads = loader->statistics();
  time_normalising(*batches.next(), maker, run);
  return run;
}

}  // namespace topfive::bench
