#include "topfive/augment/progressive_size.h"

#include <algorithm>
#include <cmath>

#include "topfive/base/error.h"

namespace topfive::augment {
namespace {

constexpr double kMostEpochs = 1e6;

// Whether the step sets the size of its output by numbers of its own; sets it if so.
struct SetSize {
  int size;

  bool operator()(ResizeConfig& config) const {
    config.height = config.width = size;
    return true;
  }
  bool operator()(CenterCropConfig& config) const { return set(config.size); }
  bool operator()(RandomCropConfig& config) const { return set(config.size); }
  bool operator()(RandomResizedCropConfig& config) const { return set(config.size); }
  bool operator()(PadAndRandomCropConfig& config) const { return set(config.size); }
  template <class OtherConfig>
  bool operator()(OtherConfig&) const {
    return false;
  }

 private:
  bool set(int& field) const {
    field = size;
    return true;
  }
};

std::string problem_of(const ProgressiveSizeConfig& config) {
  if (config.start_size == 0) return "";
  if (config.end_epoch < config.start_epoch) return "end_epoch lies before start_epoch";
  if (config.end_size != 0 && config.end_size < config.start_size) return "end_size is smaller than start_size";
  return "";
}

}  // namespace

const base::Fields<ProgressiveSizeConfig>& ProgressiveSizeConfig::fields() {
  using Config = ProgressiveSizeConfig;
  static const auto kFields =
      base::Fields<Config>("Training pictures that grow during the training.")
          .number("start_size", &Config::start_size,
                  {.help = "side of the pictures at first, in pixels; 0 for one size throughout",
                   .min = 0,
                   .max = kLargestSize,
                   .paper = "160 in FFCV's recipes"})
          .number("end_size", &Config::end_size,
                  {.help = "side at the end, at most what the list of transforms gives; 0 for just that",
                   .min = 0,
                   .max = kLargestSize,
                   .paper = "192 in FFCV's recipes"})
          .number("start_epoch", &Config::start_epoch,
                  {.help = "epoch, counted from 0, until which the start size is kept", .min = 0, .max = kMostEpochs})
          .number("end_epoch", &Config::end_epoch,
                  {.help = "epoch, counted from 0, from which the end size is used", .min = 0, .max = kMostEpochs})
          .number("multiple_of", &Config::multiple_of,
                  {.help = "sizes between are rounded to a multiple of this", .min = 1, .max = 1024})
          .check(problem_of);
  return kFields;
}

int train_size(const ProgressiveSizeConfig& config, std::int64_t epoch, int full_size) {
  if (config.start_size == 0) return full_size;
  const int end_size = config.end_size == 0 ? full_size : config.end_size;
  if (epoch <= config.start_epoch) return config.start_size;
  if (epoch >= config.end_epoch) return end_size;
  const double share = static_cast<double>(epoch - config.start_epoch) / (config.end_epoch - config.start_epoch);
  const double size = config.start_size + share * (end_size - config.start_size);
  // A coarse multiple must not round the size out of its limits.
  const int rounded = static_cast<int>(std::nearbyint(size / config.multiple_of)) * config.multiple_of;
  return std::clamp(rounded, config.start_size, end_size);
}

std::vector<TransformConfig> with_final_size(std::vector<TransformConfig> steps, int size, const std::string& split) {
  for (auto step = steps.rbegin(); step != steps.rend(); ++step) {
    if (std::visit(SetSize{size}, *step)) return steps;
  }
  throw base::UserError(base::ExitCode::kConfig,
                        split +
                            ": progressive resizing needs a step that sets the size, and the list has none; add "
                            "random_resized_crop, random_crop, center_crop or resize");
}

}  // namespace topfive::augment
