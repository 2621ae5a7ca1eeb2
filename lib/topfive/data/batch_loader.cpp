#include "topfive/data/batch_loader.h"

#include <algorithm>
#include <chrono>
#include <exception>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <thread>
#include <utility>
#include <vector>

#include <opencv2/core/utility.hpp>
#include <sched.h>

#include "topfive/base/error.h"
#include "topfive/data/bad_ledger.h"
#include "topfive/data/batch_ring.h"
#include "topfive/data/epoch_order.h"
#include "topfive/data/measured_source.h"
#include "topfive/data/read_ahead.h"
#include "topfive/data/sample_reader.h"
#include "topfive/data/slot_filler.h"

namespace topfive::data {
namespace {

using base::ExitCode;
using base::UserError;

// The affinity mask, which batch systems and containers set, not the number of cores in the
// machine.
int usable_cores() {
  cpu_set_t mask;
  if (sched_getaffinity(0, sizeof(mask), &mask) == 0) return CPU_COUNT(&mask);
  return std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
}

BatchShape shape_of(const augment::Pipeline& pipeline, const LoaderOptions& options) {
  const cv::Size size = pipeline.output_size();
  return {options.batch_size, size.height, size.width, options.reader.channels};
}

int thread_count(const LoaderOptions& options) { return options.threads > 0 ? options.threads : usable_cores(); }

std::int64_t memory_bound(const BatchShape& shape, const LoaderOptions& options) {
  return options.ring_batches * shape.bytes() + thread_count(options) * BatchLoader::kScratchPerThread;
}

std::string mebibytes(std::int64_t bytes) { return std::to_string((bytes + 1048575) >> 20) + " MiB"; }

// Before the ring is allocated: a ring that does not fit shall be a message, not the kernel's
// out-of-memory killer.
void check(const SampleSource& source, const BatchShape& shape, const LoaderOptions& options) {
  if (options.batch_size < 1 || options.ring_batches < 1 || options.threads < 0 || options.repeats < 1) {
    throw std::invalid_argument("loader options out of range");
  }
  if (source.size() < 1) throw UserError(ExitCode::kBadData, "the data set holds no samples");
  const std::int64_t bytes = memory_bound(shape, options);
  if (options.max_memory_bytes == 0 || bytes <= options.max_memory_bytes) return;
  throw UserError(ExitCode::kConfig, "data.max_memory_mb allows " + mebibytes(options.max_memory_bytes) + ", but " +
                                         std::to_string(options.ring_batches) + " batches of " +
                                         std::to_string(options.batch_size) + " pictures and " +
                                         std::to_string(thread_count(options)) + " threads take " + mebibytes(bytes) +
                                         "; lower data.ring_batches or the batch size, or raise the limit");
}

}  // namespace

class BatchLoader::Impl {
 public:
  Impl(const SampleSource& source, const augment::Pipeline& pipeline, LoaderOptions options,
       const PixelAllocator& allocator);
  ~Impl();
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  void start(const EpochPlan& plan);
  BatchLease next();
  std::int64_t tickets(const EpochPlan& plan) const {
    return tickets_in_epoch(source_.size(), options_.batch_size, plan);
  }
  const LoaderOptions& options() const { return options_; }
  std::int64_t bad_samples() const { return ledger_.count(); }
  double seconds_waited() const { return seconds_waited_; }
  int threads() const { return static_cast<int>(threads_.size()); }
  std::int64_t memory_bytes() const { return memory_bound(shape_, options_); }
  ReadStatistics statistics() const {
    const std::lock_guard lock(statistics_mutex_);
    return statistics_;
  }

 private:
  void work(const std::stop_token& stop);
  BatchRing::Delivery wait_for_batch();
  BatchLease lease(const Batch* batch) const;

  const LoaderOptions options_;
  ReadAhead read_ahead_;
  const MeasuredSource source_;
  const augment::Pipeline& pipeline_;
  const BatchShape shape_;  // of the largest batch
  // Shared with the leases, which may be destroyed after the loader.
  std::shared_ptr<BatchRing> ring_;
  // Written by start() only while no ticket is out; a ticket is what lets a thread read it.
  std::optional<EpochOrder> order_;
  const augment::Pipeline* epoch_pipeline_ = nullptr;  // the same
  BadLedger ledger_;
  mutable std::mutex statistics_mutex_;
  ReadStatistics statistics_;
  std::exception_ptr failure_;
  double seconds_waited_ = 0.0;
  std::vector<std::jthread> threads_;  // last, so that they end before what they use
};

BatchLoader::Impl::Impl(const SampleSource& source, const augment::Pipeline& pipeline, LoaderOptions options,
                        const PixelAllocator& allocator)
    : options_(std::move(options)),
      read_ahead_(source, options_.read_ahead_bytes),
      source_(source, read_ahead_),
      pipeline_(pipeline),
      shape_(shape_of(pipeline, options_)),
      ledger_(source, options_) {
  check(source, shape_, options_);
  // Every thread here already has a picture of its own. OpenCV's pool inside each would only make
  // threads x threads of them that wait for each other.
  cv::setNumThreads(0);
  ring_ = std::make_shared<BatchRing>(options_.ring_batches, shape_, allocator);
  for (int i = 0; i < thread_count(options_); ++i) {
    threads_.emplace_back([this](const std::stop_token& stop) { work(stop); });
  }
}

// All are told before the first is waited for.
BatchLoader::Impl::~Impl() {
  for (std::jthread& thread : threads_) thread.request_stop();
}

void BatchLoader::Impl::work(const std::stop_token& stop) {
  SampleReader reader(source_, pipeline_, options_.reader);
  while (const auto ticket = ring_->take(stop)) {
    read_ahead_.advance(ticket->number);
    reader.use_pipeline(*epoch_pipeline_);
    auto trouble = fill_slot(reader, *order_, ticket->number, options_, ticket->slot);
    {
      const std::lock_guard lock(statistics_mutex_);
      statistics_ += reader.take_statistics();
    }
    ring_->give_back(*ticket, std::move(trouble));
  }
}

// A plan that is refused leaves the epoch that is running as it is.
void BatchLoader::Impl::start(const EpochPlan& plan) {
  const EpochOrder order(source_.size(), options_.batch_size, options_.reader.seed, plan, options_.repeats);
  const augment::Pipeline& pipeline = plan.pipeline != nullptr ? *plan.pipeline : pipeline_;
  const BatchShape shape = shape_of(pipeline, options_);
  if (shape.image_bytes() > shape_.image_bytes()) {
    throw std::invalid_argument("the pictures of this epoch are larger than the loader's own");
  }
  if (plan.drop_last && order.end_ticket() == 0) {
    throw UserError(ExitCode::kConfig, "the data set has " + std::to_string(source_.size()) +
                                           " samples, fewer than one global batch of " +
                                           std::to_string(std::int64_t{plan.world_size} * options_.batch_size) +
                                           "; lower train.global_batch_size");
  }
  ring_->abandon();
  order_.emplace(order);
  epoch_pipeline_ = &pipeline;
  read_ahead_.begin(*order_);
  ledger_.begin_epoch(plan.epoch);
  failure_ = nullptr;
  ring_->begin(order.first_ticket(), order.end_ticket(), {shape.width, shape.height});
}

BatchRing::Delivery BatchLoader::Impl::wait_for_batch() {
  const auto begin = std::chrono::steady_clock::now();
  auto delivery = ring_->wait_for_batch();
  const std::chrono::duration<double> waited = std::chrono::steady_clock::now() - begin;
  seconds_waited_ += waited.count();
  return delivery;
}

BatchLease BatchLoader::Impl::lease(const Batch* batch) const {
  return {batch, [ring = ring_, receipt = ring_->receipt()] { ring->release(receipt); }};
}

BatchLease BatchLoader::Impl::next() {
  if (failure_) std::rethrow_exception(failure_);
  const BatchRing::Delivery delivery = wait_for_batch();
  if (delivery.batch == nullptr) return {};
  try {
    for (const SlotTrouble& trouble : delivery.troubles) ledger_.judge(trouble);
  } catch (...) {
    failure_ = std::current_exception();
    ring_->abandon();
    throw;
  }
  return lease(delivery.batch);
}

BatchLoader::BatchLoader(const SampleSource& source, const augment::Pipeline& pipeline, LoaderOptions options,
                         PixelAllocator allocator)
    : impl_(std::make_unique<Impl>(source, pipeline, std::move(options), allocator)) {}

BatchLoader::~BatchLoader() = default;

void BatchLoader::start(const EpochPlan& plan) { impl_->start(plan); }

BatchLease BatchLoader::next() { return impl_->next(); }

std::int64_t BatchLoader::batches_per_epoch(bool drop_last, int world_size, int rank) const {
  EpochPlan plan;
  plan.drop_last = drop_last;
  plan.world_size = world_size;
  plan.rank = rank;
  const std::int64_t batch_size = impl_->options().batch_size;
  return (impl_->tickets(plan) + batch_size - 1) / batch_size;
}

const LoaderOptions& BatchLoader::options() const { return impl_->options(); }

int BatchLoader::threads() const { return impl_->threads(); }

std::int64_t BatchLoader::bad_samples() const { return impl_->bad_samples(); }

ReadStatistics BatchLoader::statistics() const { return impl_->statistics(); }

double BatchLoader::seconds_waited() const { return impl_->seconds_waited(); }

std::int64_t BatchLoader::memory_bytes() const { return impl_->memory_bytes(); }

}  // namespace topfive::data
