// Puts a run together from its config: data, pipelines and network, checked against each other.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "topfive/augment/pipeline.h"
#include "topfive/data/batch_loader.h"
#include "topfive/data/open_source.h"
#include "topfive/data/sample_source.h"
#include "topfive/data/stage.h"
#include "topfive/dist/world.h"
#include "topfive/engine/device_batch.h"
#include "topfive/engine/run_config.h"
#include "topfive/models/image_classifier.h"

namespace topfive::engine {

// One split of a data set with the pipeline that its pictures go through. Address-stable: loaders borrow from it.
class SplitInput {
 public:
  // UserError(kConfig) where the network and the pictures do not fit: classes, channels, size.
  SplitInput(const RunConfig& config, const std::filesystem::path& data_directory, data::Split split);

  const data::SampleSource& source() const { return *source_; }
  // The pipeline of the largest pictures.
  const augment::Pipeline& pipeline() const { return pipeline_; }
  // That of an epoch, counted from 0, where the config lets training pictures grow; else the same.
  const augment::Pipeline& pipeline_for(std::int64_t epoch) const;

 private:
  void make_smaller_pipelines(const RunConfig& config);

  std::unique_ptr<data::SampleSource> source_;
  augment::Pipeline pipeline_;
  augment::ProgressiveSizeConfig progressive_;                       // of training only
  std::map<int, std::unique_ptr<const augment::Pipeline>> of_size_;  // the sizes that epochs have beside the largest
};

// How pictures are read, by loaders and alone.
data::ReaderOptions reader_options(const RunConfig& config);

// How a rank loads one split. Bad pictures: training replaces them within the config's budget, evaluation ends.
data::LoaderOptions loader_options(const RunConfig& config, const SplitInput& input, data::Split split,
                                   const dist::World& world = {});

std::unique_ptr<data::BatchLoader> make_loader(const SplitInput& input, data::LoaderOptions options,
                                               const torch::Device& device);
// With the config's own options.
std::unique_ptr<data::BatchLoader> make_loader(const RunConfig& config, const SplitInput& input, data::Split split,
                                               const torch::Device& device, const dist::World& world = {});

// A rank's part of a training epoch from its first batch on: shuffled, whole batches only.
data::EpochPlan training_plan(std::int64_t epoch, const dist::World& world = {});

// Begins to copy the archives of the inputs to a nearer disk (see data::Stage); null where `directory` is empty. The
// stage must end before the inputs do. UserError(kUsage) where the data are no archives.
std::unique_ptr<data::Stage> stage_input(const std::filesystem::path& directory,
                                         const std::vector<const SplitInput*>& inputs,
                                         const std::filesystem::path& data_directory);

// The network on its device, in the memory format that the config asks for.
// How many devices a process uses: two for AlexNet in two columns, on its own device and the next, where there are.
int devices_per_process(const RunConfig& config);

std::shared_ptr<models::ImageClassifier> make_model(const RunConfig& config, const torch::Device& device);

// Brings a network to its device and memory format.
void move_model(const RunConfig& config, models::ImageClassifier& model, const torch::Device& device);

DeviceBatchMaker make_batch_maker(const RunConfig& config, const torch::Device& device);

// "alexnet, 60,965,224 parameters"
std::string describe_model(const RunConfig& config, const models::ImageClassifier& model);
// "500 pictures, 500 classes, 224x224"
std::string describe_input(const SplitInput& input);
// "2 loader threads, 4 batches of 128 pictures, at most 85 MiB"
std::string describe_loader(const data::BatchLoader& loader);

}  // namespace topfive::engine
