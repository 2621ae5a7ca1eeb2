// From a sample of a source to pixels in a slot of a batch. One reader belongs to one thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "topfive/augment/pipeline.h"
#include "topfive/data/batch.h"
#include "topfive/data/read_statistics.h"
#include "topfive/data/sample_source.h"

namespace topfive::data {

// Where one sample goes; memory of the batch.
struct Slot {
  std::uint8_t* pixels = nullptr;  // output_size of the pipeline, height x width x channels
  std::int64_t* label = nullptr;
  std::int64_t* sample_id = nullptr;
  float* colour_shift = nullptr;  // 3 values
};

// A header over the pixels of a sample that needs no decoding, without a copy; they must not be written to. Throws
// std::logic_error where the source gave another number of them than it said.
image::Image view_of(const RawSample& raw);

// Which of a sample's random streams: another crop for every epoch and every copy.
struct Draw {
  std::int64_t epoch = 0;
  int copy = 0;  // see EpochOrder
};

struct ReaderOptions {
  int channels = 3;  // 1 or 3, of the pictures that the pipeline is given
  std::uint64_t seed = 0;
  bool honour_orientation = false;  // turn pictures as their EXIF block says
  image::JpegDecoder decoder = image::JpegDecoder::kAuto;
  bool measure_stages = false;  // note how long each stage takes, at some cost
};

class SampleReader {
 public:
  // Borrows source and pipeline.
  SampleReader(const SampleSource& source, const augment::Pipeline& pipeline, const ReaderOptions& options);

  // For the samples from now on; borrowed.
  void use_pipeline(const augment::Pipeline& pipeline) { pipeline_ = &pipeline; }

  // Reads, decodes, augments with the sample's own random stream of (seed, draw, index), and
  // writes the slot. Throws SampleError or image::DecodeError for a picture that cannot be used;
  // the slot's pixels are then of no use.
  void read(std::int64_t index, const Draw& draw, const Slot& slot);
  void read(std::int64_t index, std::int64_t epoch, const Slot& slot) { read(index, Draw{epoch, 0}, slot); }
  // Writes a black picture with the label kLeftOut.
  void leave_out(std::int64_t index, const Slot& slot) const;

  // Of all pictures that were read since the last call.
  ReadStatistics take_statistics();

 private:
  image::Picture picture_of(const RawSample& raw);
  void write_slot(augment::Sample& sample, const Slot& slot);

  const SampleSource& source_;
  const augment::Pipeline* pipeline_;
  ReaderOptions options_;
  ReadStatistics statistics_;
  // Kept from sample to sample, so that reading allocates nothing.
  std::vector<std::byte> buffer_;
  image::PictureTools tools_;
};

}  // namespace topfive::data
