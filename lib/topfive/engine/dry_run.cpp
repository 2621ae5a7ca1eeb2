#include "topfive/engine/dry_run.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <utility>
#include <vector>

#include <torch/torch.h>

#include "topfive/base/error.h"
#include "topfive/base/log.h"
#include "topfive/base/text.h"
#include "topfive/dist/gradient_traffic.h"
#include "topfive/engine/device.h"
#include "topfive/engine/machine_room.h"
#include "topfive/engine/memory_meter.h"
#include "topfive/engine/run_length.h"
#include "topfive/engine/sharded_optimizer.h"
#include "topfive/engine/train_step.h"
#include "topfive/optim/ema.h"
#include "topfive/optim/schedule.h"

#if defined(TOPFIVE_HAS_CUDA)
#include <ATen/cuda/CUDAContext.h>
#include <c10/cuda/CUDAGuard.h>
#endif

namespace topfive::engine {
namespace {

constexpr std::int64_t kFewPictures = 8;
constexpr double kPatience = 20.0;  // seconds that whole batches may take on a CPU
constexpr int kSteps = 3;           // the first of which also sets libraries up and is not timed
constexpr double kLoadingSeconds = 5.0;
constexpr double kTinyRate = 1e-9;  // so that the weights stay sane

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

std::int64_t bytes_of(const std::vector<torch::Tensor>& tensors) {
  std::int64_t bytes = 0;
  for (const torch::Tensor& tensor : tensors) bytes += static_cast<std::int64_t>(tensor.nbytes());
  return bytes;
}

std::int64_t gradient_bytes(const models::ImageClassifier& model) {
  std::int64_t bytes = 0;
  for (const torch::Tensor& parameter : model.parameters()) {
    if (parameter.requires_grad()) bytes += static_cast<std::int64_t>(parameter.nbytes());
  }
  return bytes;
}

// A batch on the device, which every step takes again, and what loading took.
struct Loading {
  DeviceBatch batch;
  double seconds_per_picture = 0.0;
  double bytes_per_picture = 0.0;
  int threads = 1;
  std::int64_t ring_bytes = 0;
};

// Pictures that need no decoding are not counted by the readers.
double stored_bytes(const DryRunParts& parts, const data::ReadStatistics& read) {
  if (read.encoded_bytes > 0) return static_cast<double>(read.encoded_bytes) / static_cast<double>(read.pictures);
  const auto size = parts.train_input.source().fixed_height_width().value_or(std::pair(0, 0));
  return static_cast<double>(size.first) * size.second * parts.config.data.channels;
}

Loading load_pictures(const DryRunParts& parts) {
  const auto loader = make_loader(parts.config, parts.train_input, data::Split::kTrain, parts.device, parts.world);
  const DeviceBatchMaker maker = make_batch_maker(parts.config, parts.device);
  Loading loading;
  const auto start = Clock::now();
  double seconds = 0.0;
  loader->start(training_plan(0, parts.world));
  while (seconds < kLoadingSeconds) {
    auto lease = loader->next();
    if (!lease) break;
    seconds = seconds_since(start);
    if (loading.batch.images.defined()) continue;
    loading.batch = maker.make(*lease);
    maker.finish_copies();
  }
  // The ring was filled meanwhile as well, so what was read counts, and not what was handed over.
  const data::ReadStatistics read = loader->statistics();
  loading.seconds_per_picture = seconds / static_cast<double>(std::max<std::int64_t>(read.pictures, 1));
  loading.bytes_per_picture = stored_bytes(parts, read);
  loading.threads = loader->threads();
  loading.ring_bytes = loader->memory_bytes();
  return loading;
}

std::int64_t eval_ring_bytes(const DryRunParts& parts) {
  return make_loader(parts.config, parts.eval_input, data::Split::kEval, parts.device, parts.world)->memory_bytes();
}

DeviceBatch first_pictures(const DeviceBatch& batch, std::int64_t count) {
  return {batch.images.narrow(0, 0, count), batch.labels.narrow(0, 0, count)};
}

// What steps with so many pictures took.
struct Stepping {
  std::int64_t pictures = 1;
  double seconds_per_picture = 0.0;
  double bytes_per_picture = 0.0;  // activations, workspaces and the pictures themselves
};

// One part of a step at a time, as parts take turns in the same memory.
class StepMeasure {
 public:
  explicit StepMeasure(const DryRunParts& parts)
      : parts_(parts),
        optimizer_(optim::make_optimizer(parts.config.optimizer, parts.model,
                                         state_share(parts.config.parallel, parts.world))),
        step_(parts.model, *optimizer_, options_of(parts.config), clock_) {
    parts.model.train();
  }

  Stepping run(const DeviceBatch& batch) {
    Stepping stepping;
    stepping.pictures = batch.images.size(0);
    once(batch);  // libraries choose their algorithms, the optimizer makes its state
    const auto start = Clock::now();
    std::int64_t peak = 0;
    for (int i = 1; i < kSteps; ++i) {
      const MemoryMeter meter(parts_.device.type());
      once(batch);
      peak = std::max(peak, meter.peak_bytes());
    }
    const auto pictures = static_cast<double>(stepping.pictures);
    stepping.seconds_per_picture = seconds_since(start) / (kSteps - 1) / pictures;
    // A step begins by giving the old gradients back, which the meter takes off its account.
    const std::int64_t activations = peak + gradient_bytes(parts_.model);
    stepping.bytes_per_picture =
        static_cast<double>(activations + static_cast<std::int64_t>(batch.images.nbytes())) / pictures;
    return stepping;
  }

  StateBytes optimizer_bytes() const { return state_bytes(*optimizer_); }

 private:
  static TrainStepOptions options_of(const RunConfig& config) {
    TrainStepOptions options;
    options.loss = config.loss;
    options.precision = config.train.precision;
    return options;
  }

  void once(const DeviceBatch& batch) {
    step_.add(batch);
    step_.update(kTinyRate).loss.item<double>();  // waits for the device
  }

  const DryRunParts& parts_;
  StepClock clock_;
  std::unique_ptr<optim::Optimizer> optimizer_;
  TrainStep step_;
};

// On a CPU first with few pictures; with all of them where that is a matter of seconds and fits.
Stepping take_steps(const DryRunParts& parts, const DeviceBatch& batch, StepMeasure& measure) {
  const std::int64_t all = batch.images.size(0);
  if (!parts.device.is_cpu() || all <= kFewPictures) return measure.run(batch);
  const Stepping few = measure.run(first_pictures(batch, kFewPictures));
  const auto pictures = static_cast<double>(all);
  const double seconds = few.seconds_per_picture * pictures * kSteps;
  const double bytes = few.bytes_per_picture * pictures;
  const auto available = static_cast<double>(available_memory());
  if (seconds > kPatience || (available > 0.0 && bytes > 0.7 * available)) return few;
  return measure.run(batch);
}

[[noreturn]] void out_of_memory(const DryRunParts& parts, std::int64_t pictures) {
  throw base::UserError(base::ExitCode::kConfig,
                        "does not fit: the memory of " + parts.device.str() + " is exhausted by a step with " +
                            base::with_thousands(pictures) +
                            " pictures; raise train.accumulation_steps, turn on train.activation_checkpointing, or "
                            "lower train.global_batch_size");
}

MemoryNeeds memory_needs(const DryRunParts& parts, const Loading& loading) {
  MemoryNeeds memory;
  memory.parameters = bytes_of(parts.model.parameters()) + bytes_of(parts.model.buffers());
  memory.gradients = gradient_bytes(parts.model);
  memory.average = parts.config.train.ema.enabled() ? memory.parameters : 0;
  memory.input_ring = loading.ring_bytes + eval_ring_bytes(parts);
  return memory;
}

// Of the cores that so many threads of one process had, what is left to them when all ranks of this host run.
double share_of_cores(int threads, int ranks_on_host) {
  const int all = cores_per_process(1);
  return std::min(1.0, static_cast<double>(all) / (std::min(threads, all) * ranks_on_host));
}

RankNeeds rank_needs(const DryRunParts& parts, const Loading& loading) {
  std::vector<torch::Tensor> learning;
  for (const torch::Tensor& parameter : parts.model.parameters()) {
    if (parameter.requires_grad()) learning.push_back(parameter);
  }
  const auto& config = parts.config.parallel.gradients;
  const auto traffic = dist::gradient_traffic(learning, parts.world.size, config);
  RankNeeds needs;
  needs.ranks = parts.world.size;
  needs.on_host = parts.world.local_size;
  needs.gradient_bytes = traffic.bytes;
  needs.sent_bytes = traffic.sent;
  needs.buckets = traffic.buckets;
  needs.narrow_gradients = config.precision == dist::GradientPrecision::kBfloat16;
  if (parts.device.is_cpu()) needs.step_cores = share_of_cores(at::get_num_threads(), needs.on_host);
  needs.loader_cores = share_of_cores(loading.threads, needs.on_host);
  return needs;
}

}  // namespace

RunNeeds measure_needs(const DryRunParts& parts) {
  const RunLength length = run_length(parts.config.train, parts.train_input.source().size());
  const Loading loading = load_pictures(parts);
  RunNeeds needs;
  needs.steps = length.total_steps;
  needs.warmup_steps = optim::warmup_length(parts.config.schedule, length.steps_per_epoch);
  needs.images = length.total_steps * parts.config.train.global_batch_size;
  needs.epochs = static_cast<double>(length.total_steps) / static_cast<double>(length.steps_per_epoch);
  needs.device_batch = loading.batch.images.size(0);
  needs.memory = memory_needs(parts, loading);
  try {
    StepMeasure measure(parts);
    const Stepping stepping = take_steps(parts, loading.batch, measure);
    needs.measured_batch = stepping.pictures;
    needs.step_seconds = stepping.seconds_per_picture;
    const StateBytes optimizer = measure.optimizer_bytes();
    needs.memory.optimizer = optimizer.kept;
    needs.checkpoint_bytes = needs.memory.parameters + optimizer.whole + needs.memory.average;
    needs.memory.activations = std::llround(stepping.bytes_per_picture * static_cast<double>(needs.device_batch));
  } catch (const c10::OutOfMemoryError&) {
    out_of_memory(parts, needs.device_batch);
  }
  needs.epoch_bytes = std::llround(loading.bytes_per_picture *
                                   static_cast<double>(length.steps_per_epoch * parts.config.train.global_batch_size));
  needs.checkpoints =
      parts.config.checkpoint.keep + parts.config.checkpoint.keep_best + 1;  // the last is being written
  needs.loader_seconds = loading.seconds_per_picture;
  needs.loader_share = std::min(1.0, static_cast<double>(loading.threads) / cores_per_process(parts.world.local_size));
  needs.parallel = rank_needs(parts, loading);
  needs.shared_cores = parts.device.is_cpu();
  return needs;
}

RunRoom find_room(const torch::Device& device, const std::filesystem::path& run_directory) {
  RunRoom room;
  room.host_memory = available_memory();
  room.computes_on_host = device.is_cpu();
  room.disk = free_disk(run_directory);
#if defined(TOPFIVE_HAS_CUDA)
  if (device.is_cuda()) {
    const c10::cuda::CUDAGuard guard(device);
    std::size_t free = 0;
    std::size_t total = 0;
    if (cudaMemGetInfo(&free, &total) == cudaSuccess) room.device_memory = static_cast<std::int64_t>(free);
  }
#endif
  return room;
}

void report_dry_run(const DryRunParts& parts, const std::filesystem::path& run_directory) {
  RunRoom room = find_room(parts.device, run_directory);
  const RunNeeds needs = measure_needs(parts);
  // The weights are in memory already, so the room that was found is room beside them.
  std::int64_t& memory = room.computes_on_host ? room.host_memory : room.device_memory;
  if (memory > 0) memory += needs.memory.parameters;
  for (const std::string& line : describe_needs(needs, room)) base::log_info(line);
  const auto misfits = find_misfits(needs, room);
  if (misfits.empty()) return;
  throw base::UserError(base::ExitCode::kConfig, "does not fit: " + base::join(misfits, "; "));
}

}  // namespace topfive::engine
