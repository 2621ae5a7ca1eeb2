#include "topfive/bench/train_bench.h"

#include <algorithm>
#include <memory>

#include <ATen/Parallel.h>
#include <c10/core/CachingDeviceAllocator.h>
#include <torch/torch.h>

#include "topfive/base/error.h"
#include "topfive/base/files.h"
#include "topfive/bench/phase_timer.h"
#include "topfive/bench/process_usage.h"
#include "topfive/engine/autocast.h"
#include "topfive/engine/device.h"
#include "topfive/engine/device_batch.h"
#include "topfive/engine/train_step.h"
#include "topfive/models/channels_last.h"
#include "topfive/models/parameter_count.h"
#include "topfive/models/presets.h"
#include "topfive/optim/optimizer.h"

namespace topfive::bench {
namespace {

constexpr int kWarmUpSteps = 4;  // oneDNN and cuDNN choose their kernels, memory reaches its size
constexpr double kLearningRate = 1e-3;

engine::Precision precision_of(const std::string& name) {
  for (const auto precision :
       {engine::Precision::kFloat32, engine::Precision::kBfloat16, engine::Precision::kFloat16}) {
    if (name == engine::precision_name(precision)) return precision;
  }
  throw base::UserError(base::ExitCode::kUsage, "--precision " + name + ": choose float32, bf16 or fp16");
}

int usual_batch_size(int image_size) { return image_size > 64 ? 16 : 128; }

// One batch of random pictures and labels, in memory as a loader gives them.
class ReadyBatch {
 public:
  ReadyBatch(int size, int side, int channels, int num_classes, const torch::Device& device)
      : pixels_(engine::pixel_allocator(device)(static_cast<std::size_t>(size) * side * side * channels)),
        labels_(torch::randint(num_classes, {size}, torch::kInt64)),
        colour_shift_(torch::zeros({size, 3})) {
    batch_.size = size;
    batch_.height = batch_.width = side;
    batch_.channels = channels;
    batch_.images = pixels_.get();
    batch_.labels = labels_.data_ptr<std::int64_t>();
    batch_.colour_shift = colour_shift_.data_ptr<float>();
    torch::from_blob(pixels_.get(), {std::int64_t{size} * side * side * channels}, torch::kUInt8).random_(0, 256);
  }
  const data::Batch& get() const { return batch_; }

 private:
  std::shared_ptr<std::uint8_t> pixels_;
  torch::Tensor labels_;
  torch::Tensor colour_shift_;
  data::Batch batch_;
};

// The parts of a run, in the order in which the trainer puts them together.
class StepRun {
 public:
  StepRun(const TrainBenchRequest& request, const torch::Device& device, const models::ModelConfig& config,
          TrainFigures& figures)
      : device_(device),
        model_(models::build_model(config)),
        batch_(figures.batch_size, figures.image_size, models::input_channels(config), models::num_classes(config),
               device),
        maker_(device, {0.485}, {0.229}, !request.contiguous),
        timer_(device) {
    model_->set_activation_checkpointing(request.activation_checkpointing);
    model_->to(device);
    if (!request.contiguous) models::use_channels_last(*model_);
    figures.parameters = models::parameter_count(*model_);
    optimizer_ = optim::make_optimizer(optim::SgdConfig{}, *model_);
    engine::TrainStepOptions options;
    options.precision = precision_of(request.precision);
    step_ = std::make_unique<engine::TrainStep>(*model_, *optimizer_, options, timer_.clock());
    model_->train();
  }

  // Returns the loss of the step, summed over the pictures, still on the device.
  torch::Tensor once() {
    timer_.begin_step();
    timer_.clock().lap(engine::StepPhase::kData);
    const engine::DeviceBatch batch = maker_.make(batch_.get());
    maker_.finish_copies();
    timer_.clock().lap(engine::StepPhase::kCopy);
    step_->add(batch);
    const engine::StepSums sums = step_->update(kLearningRate);
    timer_.end_step();
    return sums.loss;
  }

  PhaseTimer& timer() { return timer_; }

 private:
  torch::Device device_;
  std::shared_ptr<models::ImageClassifier> model_;
  ReadyBatch batch_;
  engine::DeviceBatchMaker maker_;
  PhaseTimer timer_;
  std::unique_ptr<optim::Optimizer> optimizer_;
  std::unique_ptr<engine::TrainStep> step_;
};

std::int64_t device_peak_bytes(const torch::Device& device) {
  if (device.is_cpu()) return 0;
  const auto stats = at::getDeviceAllocator(device.type())->getDeviceStats(device.index());
  return stats.allocated_bytes[static_cast<std::size_t>(c10::CachingAllocator::StatType::AGGREGATE)].peak;
}

void measure(StepRun& run, int steps, const torch::Device& device, TrainFigures& figures) {
  for (int i = 0; i < kWarmUpSteps; ++i) run.once();
  run.timer().reset();
  figures.memory_after_warm_up = resident_memory_bytes();
  torch::Tensor loss;
  for (int i = 0; i < steps; ++i) loss = run.once();
  figures.memory_at_end = resident_memory_bytes();
  figures.step_seconds = run.timer().step_seconds();
  figures.phase_seconds = run.timer().phase_seconds();
  figures.last_loss = loss.item<double>() / figures.batch_size;
  figures.peak_memory = peak_memory_bytes();
  figures.device_peak_memory = device_peak_bytes(device);
}

}  // namespace

double TrainFigures::median_step_seconds() const {
  std::vector<double> sorted = step_seconds;
  std::sort(sorted.begin(), sorted.end());
  const std::size_t middle = sorted.size() / 2;
  return sorted.size() % 2 == 1 ? sorted[middle] : 0.5 * (sorted[middle - 1] + sorted[middle]);
}

double TrainFigures::images_per_second() const { return batch_size / median_step_seconds(); }

std::string run_train_bench(const TrainBenchRequest& request) {
  const models::ModelConfig config = models::preset_config(request.model);
  const torch::Device device = engine::choose_device(request.devices);
  engine::set_up_compute(request.threads);
  engine::TrainConfig train;
  train.precision = precision_of(request.precision);
  engine::set_up_precision(train, device);
  torch::manual_seed(1);

  TrainFigures figures;
  figures.model = request.model;
  figures.device = engine::describe_device(device);
  figures.precision = request.precision;
  figures.image_size = models::nominal_image_size(config);
  figures.batch_size = request.batch_size > 0 ? request.batch_size : usual_batch_size(figures.image_size);
  figures.threads = at::get_num_threads();
  figures.channels_last = !request.contiguous;
  figures.activation_checkpointing = request.activation_checkpointing;
  StepRun run(request, device, config, figures);
  measure(run, request.steps, device, figures);
  if (!request.json.empty()) base::write_file_atomically(request.json, train_json(figures));
  return train_text(figures);
}

}  // namespace topfive::bench
