#include "topfive/augment/pipeline.h"

#include <cassert>

#include "topfive/augment/auto_augment.h"
#include "topfive/augment/center_crop.h"
#include "topfive/augment/colour_jitter.h"
#include "topfive/augment/horizontal_flip.h"
#include "topfive/augment/pad_and_random_crop.h"
#include "topfive/augment/pca_colour.h"
#include "topfive/augment/rand_augment.h"
#include "topfive/augment/random_crop.h"
#include "topfive/augment/random_erasing.h"
#include "topfive/augment/random_resized_crop.h"
#include "topfive/augment/resize.h"
#include "topfive/augment/resize_shorter_side.h"
#include "topfive/augment/trivial_augment_wide.h"
#include "topfive/base/error.h"

namespace topfive::augment {
namespace {

using TransformPointer = std::unique_ptr<const Transform>;

// One overload per configuration: a new transform without one does not compile.
struct MakeTransform {
  TransformPointer operator()(const ResizeShorterSideConfig& config) const {
    return std::make_unique<ResizeShorterSide>(config);
  }
  TransformPointer operator()(const RandomShorterSideConfig& config) const {
    return std::make_unique<RandomShorterSide>(config);
  }
  TransformPointer operator()(const ResizeConfig& config) const { return std::make_unique<Resize>(config); }
  TransformPointer operator()(const CenterCropConfig& config) const { return std::make_unique<CenterCrop>(config); }
  TransformPointer operator()(const RandomCropConfig& config) const { return std::make_unique<RandomCrop>(config); }
  TransformPointer operator()(const RandomResizedCropConfig& config) const {
    return std::make_unique<RandomResizedCrop>(config);
  }
  TransformPointer operator()(const HorizontalFlipConfig& config) const {
    return std::make_unique<HorizontalFlip>(config);
  }
  TransformPointer operator()(const PadAndRandomCropConfig& config) const {
    return std::make_unique<PadAndRandomCrop>(config);
  }
  TransformPointer operator()(const PcaColourConfig& config) const { return std::make_unique<PcaColour>(config); }
  TransformPointer operator()(const ColourJitterConfig& config) const { return std::make_unique<ColourJitter>(config); }
  TransformPointer operator()(const RandAugmentConfig& config) const { return std::make_unique<RandAugment>(config); }
  TransformPointer operator()(const TrivialAugmentWideConfig& config) const {
    return std::make_unique<TrivialAugmentWide>(config);
  }
  TransformPointer operator()(const AutoAugmentConfig& config) const { return std::make_unique<AutoAugment>(config); }
  TransformPointer operator()(const RandomErasingConfig& config) const {
    return std::make_unique<RandomErasing>(config);
  }
};

void check_channels(const Transform& transform, const TransformConfig& config, int channels, const std::string& place) {
  if (channels == 3 || transform.accepts_grey()) return;
  throw base::UserError(base::ExitCode::kConfig, place + ": " + transform_alternatives().name_of(config) +
                                                     " needs colour pictures, but these have one channel; remove it");
}

}  // namespace

Pipeline::Pipeline(const std::vector<TransformConfig>& steps, const std::string& split, int channels,
                   std::optional<cv::Size> input) {
  std::optional<cv::Size> size = input;
  for (const TransformConfig& config : steps) {
    steps_.push_back(std::visit(MakeTransform{}, config));
    const std::string place = split + "[" + std::to_string(steps_.size() - 1) + "]";
    check_channels(*steps_.back(), config, channels, place);
    size = steps_.back()->output_size(size);
  }
  if (!size) {
    throw base::UserError(base::ExitCode::kConfig, split +
                                                       ": the pictures have no fixed size at the end of the list; add "
                                                       "center_crop, random_crop or random_resized_crop");
  }
  output_size_ = *size;
}

void Pipeline::apply(Sample& sample, base::RandomStream& random) const {
  for (const auto& step : steps_) step->apply(sample, random);
  assert(sample.picture.size() == output_size_);
}

}  // namespace topfive::augment
