#include "topfive/engine/assembly.h"

#include <algorithm>
#include <utility>

#include <torch/cuda.h>

#include "topfive/base/error.h"
#include "topfive/base/text.h"
#include "topfive/engine/device.h"
#include "topfive/engine/run_length.h"
#include "topfive/models/alexnet_columns.h"
#include "topfive/models/channels_last.h"
#include "topfive/models/parameter_count.h"

namespace topfive::engine {
namespace {

[[noreturn]] void does_not_fit(const std::string& what) { throw base::UserError(base::ExitCode::kConfig, what); }

// The two columns of AlexNet go to this GPU and the next one, if there is one.
void place_model(models::ImageClassifier& model, const torch::Device& device) {
  auto* columns = dynamic_cast<models::AlexNetTwoColumns*>(&model);
  if (columns == nullptr) {
    model.to(device);
    return;
  }
  const bool has_next = device.is_cuda() && device.index() + 1 < static_cast<int>(torch::cuda::device_count());
  columns->place(device,
                 has_next ? torch::Device(device.type(), static_cast<c10::DeviceIndex>(device.index() + 1)) : device);
}

std::optional<cv::Size> fixed_size(const data::SampleSource& source) {
  const auto height_width = source.fixed_height_width();
  if (!height_width) return std::nullopt;
  return cv::Size(height_width->second, height_width->first);
}

augment::Pipeline make_pipeline(const RunConfig& config, const data::SampleSource& source, data::Split split) {
  const bool training = split == data::Split::kTrain;
  return {training ? config.augment.train : config.augment.eval, training ? "augment.train" : "augment.eval",
          config.data.channels, fixed_size(source)};
}

// Progressive resizing counts in sides of squares.
int full_size_of(const augment::Pipeline& pipeline, const augment::ProgressiveSizeConfig& progressive) {
  const cv::Size size = pipeline.output_size();
  const int largest = std::max(progressive.start_size, progressive.end_size);
  if (size.width != size.height || largest > size.width) {
    does_not_fit("augment.progressive asks for " + std::to_string(largest) + "x" + std::to_string(largest) +
                 ", but augment.train gives at most " + std::to_string(size.height) + "x" + std::to_string(size.width) +
                 "; let the list give the largest pictures, square ones");
  }
  return size.width;
}

void check_classes(const RunConfig& config, const data::SampleSource& source) {
  const int wanted = models::num_classes(config.model);
  const auto found = static_cast<int>(source.class_names().size());
  if (wanted != found) {
    const std::string count = std::to_string(found);
    does_not_fit("model.num_classes is " + std::to_string(wanted) + ", but the data set has " + count +
                 " classes; check --data, or use --set model.num_classes=" + count);
  }
}

void check_pictures(const RunConfig& config, const augment::Pipeline& pipeline) {
  const int channels = models::input_channels(config.model);
  if (channels != config.data.channels) {
    does_not_fit("model.input_channels is " + std::to_string(channels) + ", but data.channels is " +
                 std::to_string(config.data.channels) + "; make them equal");
  }
  const auto size = models::image_size(config.model);
  const cv::Size output = pipeline.output_size();
  if (size && (output.width != *size || output.height != *size)) {
    const std::string text = std::to_string(*size);
    does_not_fit("the network takes pictures of " + text + "x" + text + ", but the augment list gives " +
                 std::to_string(output.height) + "x" + std::to_string(output.width) +
                 "; change the list's crop size or model.image_size");
  }
}

}  // namespace

SplitInput::SplitInput(const RunConfig& config, const std::filesystem::path& data_directory, data::Split split)
    : source_(data::open_source(config.data, data_directory, split)),
      pipeline_(make_pipeline(config, *source_, split)) {
  check_classes(config, *source_);
  check_pictures(config, pipeline_);
  if (split == data::Split::kTrain) make_smaller_pipelines(config);
}

void SplitInput::make_smaller_pipelines(const RunConfig& config) {
  progressive_ = config.augment.progressive;
  if (progressive_.start_size == 0) return;
  const int full_size = full_size_of(pipeline_, progressive_);
  for (std::int64_t epoch = progressive_.start_epoch; epoch <= progressive_.end_epoch; ++epoch) {
    const int size = augment::train_size(progressive_, epoch, full_size);
    if (size == full_size || of_size_.count(size) > 0) continue;
    const auto steps = augment::with_final_size(config.augment.train, size, "augment.train");
    of_size_[size] =
        std::make_unique<const augment::Pipeline>(steps, "augment.train", config.data.channels, fixed_size(*source_));
    check_pictures(config, *of_size_[size]);
  }
}

const augment::Pipeline& SplitInput::pipeline_for(std::int64_t epoch) const {
  const auto smaller = of_size_.find(augment::train_size(progressive_, epoch, pipeline_.output_size().width));
  return smaller == of_size_.end() ? pipeline_ : *smaller->second;
}

data::ReaderOptions reader_options(const RunConfig& config) {
  data::ReaderOptions options;
  options.channels = config.data.channels;
  options.seed = config.train.seed;
  options.honour_orientation = config.data.exif_orientation;
  options.decoder = config.data.decode;
  return options;
}

data::LoaderOptions loader_options(const RunConfig& config, const SplitInput& input, data::Split split,
                                   const dist::World& world) {
  const bool training = split == data::Split::kTrain;
  data::LoaderOptions options;
  options.batch_size = training ? device_batch_size(config.train, world.size) : config.train.eval_batch_size;
  options.threads = config.data.num_loader_threads;
  if (options.threads == 0 && world.local_size > 1) options.threads = cores_per_process(world.local_size);
  options.ring_batches = config.data.ring_batches;
  options.reader = reader_options(config);
  options.max_memory_bytes = std::int64_t{config.data.max_memory_mb} << 20;
  if (training) options.repeats = config.data.repeated_augmentation;
  options.read_ahead_bytes = config.data.read_ahead_mb << 20;
  options.bad_pictures = training ? data::BadPictures::kReplace : data::BadPictures::kFail;
  options.max_bad = std::max<std::int64_t>(
      config.data.max_bad_images,
      static_cast<std::int64_t>(config.data.max_bad_fraction * static_cast<double>(input.source().size())));
  return options;
}

std::unique_ptr<data::BatchLoader> make_loader(const SplitInput& input, data::LoaderOptions options,
                                               const torch::Device& device) {
  return std::make_unique<data::BatchLoader>(input.source(), input.pipeline(), std::move(options),
                                             pixel_allocator(device));
}

std::unique_ptr<data::BatchLoader> make_loader(const RunConfig& config, const SplitInput& input, data::Split split,
                                               const torch::Device& device, const dist::World& world) {
  return make_loader(input, loader_options(config, input, split, world), device);
}

data::EpochPlan training_plan(std::int64_t epoch, const dist::World& world) {
  data::EpochPlan plan;
  plan.epoch = epoch;
  plan.shuffle = true;
  plan.drop_last = true;
  plan.rank = world.rank;
  plan.world_size = world.size;
  return plan;
}

std::unique_ptr<data::Stage> stage_input(const std::filesystem::path& directory,
                                         const std::vector<const SplitInput*>& inputs,
                                         const std::filesystem::path& data_directory) {
  if (directory.empty()) return nullptr;
  std::vector<std::shared_ptr<data::RecordFile>> archives;
  for (const SplitInput* input : inputs) {
    for (auto& archive : input->source().archives()) archives.push_back(std::move(archive));
  }
  return std::make_unique<data::Stage>(directory, std::move(archives), data_directory);
}

int devices_per_process(const RunConfig& config) {
  const auto* alexnet = std::get_if<models::AlexNetConfig>(&config.model);
  return alexnet != nullptr && alexnet->placement == models::AlexNetPlacement::kTwoColumns ? 2 : 1;
}

std::shared_ptr<models::ImageClassifier> make_model(const RunConfig& config, const torch::Device& device) {
  auto model = models::build_model(config.model);
  move_model(config, *model, device);
  return model;
}

void move_model(const RunConfig& config, models::ImageClassifier& model, const torch::Device& device) {
  place_model(model, device);
  if (config.train.channels_last) models::use_channels_last(model);
}

DeviceBatchMaker make_batch_maker(const RunConfig& config, const torch::Device& device) {
  return {device, config.data.mean, config.data.std, config.train.channels_last};
}

std::string describe_model(const RunConfig& config, const models::ImageClassifier& model) {
  return models::model_alternatives().name_of(config.model) + ", " +
         base::with_thousands(models::parameter_count(model)) + " parameters";
}

std::string describe_input(const SplitInput& input) {
  const cv::Size size = input.pipeline().output_size();
  return base::with_thousands(input.source().size()) + " pictures, " +
         base::with_thousands(static_cast<long long>(input.source().class_names().size())) + " classes, " +
         std::to_string(size.height) + "x" + std::to_string(size.width);
}

std::string describe_loader(const data::BatchLoader& loader) {
  const data::LoaderOptions& options = loader.options();
  return std::to_string(loader.threads()) + " loader threads, " + std::to_string(options.ring_batches) +
         " batches of " + base::with_thousands(options.batch_size) + " pictures, at most " +
         base::with_thousands((loader.memory_bytes() + 1048575) >> 20) + " MiB";
}

}  // namespace topfive::engine
