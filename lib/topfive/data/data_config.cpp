#include "topfive/data/data_config.h"

#include <string>

namespace topfive::data {
namespace {

constexpr double kMaxSamples = 1e12;

// Vectors per channel may be given once for all channels.
std::string wrong_length(const char* name, const std::vector<double>& values, int channels) {
  if (values.size() == 1 || values.size() == static_cast<std::size_t>(channels)) return "";
  return std::string(name) + " has " + std::to_string(values.size()) + " values, but channels is " +
         std::to_string(channels) + ": give 1 value" + (channels == 1 ? "" : " or " + std::to_string(channels));
}

std::string check_normalisation(const DataConfig& config) {
  if (auto problem = wrong_length("mean", config.mean, config.channels); !problem.empty()) {
    return problem;
  }
  if (auto problem = wrong_length("std", config.std, config.channels); !problem.empty()) {
    return problem;
  }
  for (const double value : config.std) {
    if (!(value > 0.0)) return "std must be above 0: pixels are divided by it";
  }
  return "";
}

std::string check_channels(const DataConfig& config) {
  if (config.channels == 1 || config.channels == 3) return "";
  return "channels is " + std::to_string(config.channels) + "; allowed: 1 (grey) or 3 (RGB)";
}

void add_normalisation(base::Fields<DataConfig>& fields) {
  fields
      .number("channels", &DataConfig::channels,
              {.help = "Channels of the pictures given to the model: 3 (RGB) or 1 (grey).", .min = 1, .max = 3})
      .numbers(
          "mean", &DataConfig::mean,
          {.help = "Subtracted from each channel, in units of [0, 1]; 1 value or one a channel.", .min = 0, .max = 1})
      .numbers(
          "std", &DataConfig::std,
          {.help = "Each channel is divided by it, in units of [0, 1]; 1 value or one a channel.", .min = 0, .max = 1});
}

void add_loading(base::Fields<DataConfig>& fields) {
  fields
      .boolean("exif_orientation", &DataConfig::exif_orientation,
               {.help = "Turn pictures upright as their EXIF block says; torchvision does not."})
      .choice("decode", &DataConfig::decode,
              {{"auto", image::JpegDecoder::kAuto}, {"libjpeg", image::JpegDecoder::kLibjpeg}},
              {.help = "Decoder of JPEG files: auto is our own where it can, which is faster and gives the same pixels "
                       "as libjpeg."})
      .choice(
          "row_index", &DataConfig::row_index,
          {{"auto", RowIndexUse::kAuto}, {"make", RowIndexUse::kMake}, {"off", RowIndexUse::kOff}},
          {.help =
               "Row indexes of JPEG files, which spare the decoder what lies above a window and change no pixel: auto "
               "uses those that dataset index or dataset pack made, make adds those of training pictures that are "
               "missing."})
      .number(
          "num_loader_threads", &DataConfig::num_loader_threads,
          {.help = "Threads that read and decode; 0 uses every core the process may run on.", .min = 0, .max = 1024})
      .number("ring_batches", &DataConfig::ring_batches,
              {.help = "Batches held in memory, the one in use included.", .min = 2, .max = 64})
      .number(
          "max_memory_mb", &DataConfig::max_memory_mb,
          {.help = "Most MiB that these batches and what the loader threads keep may take.", .min = 1, .max = 1 << 24})
      .number("read_ahead_mb", &DataConfig::read_ahead_mb,
              {.help = "MiB of coming pictures that the system is asked to fetch beforehand; 0 asks for none.",
               .min = 0,
               .max = 1 << 20});
}

void add_selection(base::Fields<DataConfig>& fields) {
  fields
      .number("repeated_augmentation", &DataConfig::repeated_augmentation,
              {.help = "Differently augmented copies of a training picture in an epoch, which then shows that fraction "
                       "of the pictures.",
               .min = 1,
               .max = 64,
               .paper = "3 in DeiT, 4 in torchvision's recipes"})
      .number(
          "train_limit", &DataConfig::train_limit,
          {.help = "Train on this many samples spread evenly over the set; 0 uses all.", .min = 0, .max = kMaxSamples})
      .number("eval_limit", &DataConfig::eval_limit,
              {.help = "Evaluate on this many samples spread evenly over the set; 0 uses all.",
               .min = 0,
               .max = kMaxSamples})
      .number("max_bad_fraction", &DataConfig::max_bad_fraction,
              {.help = "Fraction of unusable pictures that a training epoch may replace.", .min = 0, .max = 1})
      .number(
          "max_bad_images", &DataConfig::max_bad_images,
          {.help = "Unusable pictures that a training epoch may replace in any case.", .min = 0, .max = kMaxSamples});
}

}  // namespace

const base::Fields<SyntheticConfig>& SyntheticConfig::fields() {
  static const auto kFields =
      base::Fields<SyntheticConfig>("Generated pictures, for trials without a data set.")
          .number("train_size", &SyntheticConfig::train_size,
                  {.help = "Pictures to train on.", .min = 1, .max = kMaxSamples})
          .number("eval_size", &SyntheticConfig::eval_size,
                  {.help = "Pictures to evaluate on.", .min = 1, .max = kMaxSamples})
          .number("classes", &SyntheticConfig::classes, {.help = "Number of classes.", .min = 1, .max = 100000})
          .number("height", &SyntheticConfig::height, {.help = "Height in pixels.", .min = 1, .max = 8192})
          .number("width", &SyntheticConfig::width, {.help = "Width in pixels.", .min = 1, .max = 8192});
  return kFields;
}

const base::Fields<DataConfig>& DataConfig::fields() {
  static const auto kFields = [] {
    base::Fields<DataConfig> fields("The data set and how it is loaded.");
    fields.choice("type", &DataConfig::type,
                  {{"auto", DataKind::kAuto},
                   {"image_folder", DataKind::kImageFolder},
                   {"ilsvrc2012", DataKind::kIlsvrc2012},
                   {"shards", DataKind::kShards},
                   {"list", DataKind::kList},
                   {"idx", DataKind::kIdx},
                   {"cifar_binary", DataKind::kCifarBinary},
                   {"synthetic", DataKind::kSynthetic}},
                  {.help = "Layout of the data directory: class folders, ILSVRC's archives, WebDataset shards, list "
                           "files, MNIST's or "
                           "CIFAR's files; auto finds out."});
    add_normalisation(fields);
    add_loading(fields);
    add_selection(fields);
    fields.object("synthetic", &DataConfig::synthetic, {.help = "Used by type synthetic only."});
    fields.check(check_channels).check(check_normalisation);
    return fields;
  }();
  return kFields;
}

}  // namespace topfive::data
