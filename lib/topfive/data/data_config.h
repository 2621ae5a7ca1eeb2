// The "data" section of a run's configuration: which data set, how it is normalised, how it is
// loaded.
#pragma once

#include <cstdint>
#include <vector>

#include "topfive/base/config_fields.h"
#include "topfive/image/decode.h"

namespace topfive::data {

// kAuto: whichever of the others (but kSynthetic) the data directory holds.
enum class DataKind { kAuto, kImageFolder, kIlsvrc2012, kShards, kList, kIdx, kCifarBinary, kSynthetic };

// Which row indexes are used: those that lie beside the data, or also new ones; see row_index_file.h and
// row_index_store.h.
enum class RowIndexUse { kAuto, kMake, kOff };

// Pictures made by the program itself; see SyntheticSource.
struct SyntheticConfig {
  std::int64_t train_size = 1280;
  std::int64_t eval_size = 256;
  int classes = 10;
  int height = 32;
  int width = 32;

  static const base::Fields<SyntheticConfig>& fields();
};

struct DataConfig {
  DataKind type = DataKind::kImageFolder;
  int channels = 3;  // 1 or 3, of what the model receives

  // (pixel / 255 - mean) / std on the device; one value for all channels, or one each.
  std::vector<double> mean = {0.485, 0.456, 0.406};
  std::vector<double> std = {0.229, 0.224, 0.225};

  bool exif_orientation = false;                          // turn pictures as their EXIF block says
  image::JpegDecoder decode = image::JpegDecoder::kAuto;  // changes the time only, no pixel
  RowIndexUse row_index = RowIndexUse::kAuto;             // the same; of no use to libjpeg

  int num_loader_threads = 0;         // 0: as many as the process may use cores
  int ring_batches = 4;               // batches in memory, one of them with the consumer
  std::int64_t max_memory_mb = 4096;  // MiB, of the ring and the threads' scratch
  std::int64_t read_ahead_mb = 64;    // MiB of coming pictures that the system is asked to fetch; 0: none

  int repeated_augmentation = 1;  // copies of a training picture in an epoch, of 1 / so many pictures

  // 0: all samples; otherwise that many, spread evenly over the data set.
  std::int64_t train_limit = 0;
  std::int64_t eval_limit = 0;

  // A training epoch may meet max(max_bad_images, max_bad_fraction * samples) unusable pictures.
  double max_bad_fraction = 0.001;
  std::int64_t max_bad_images = 10;

  SyntheticConfig synthetic;

  static const base::Fields<DataConfig>& fields();
};

}  // namespace topfive::data
