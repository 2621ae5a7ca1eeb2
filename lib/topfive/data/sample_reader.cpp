#include "topfive/data/sample_reader.h"

#include <algorithm>
#include <chrono>
#include <stdexcept>
#include <utility>

#include "topfive/base/random_stream.h"
#include "topfive/image/colour.h"
#include "topfive/image/decode.h"

namespace topfive::data {
namespace {

// A rare huge file must not pin its memory in every thread that met one.
constexpr std::size_t kMaxKeptBytes = std::size_t{16} << 20U;

using Clock = std::chrono::steady_clock;

// Adds the time since the last mark to one stage after the other. Without a clock it costs nothing.
class StageClock {
 public:
  explicit StageClock(bool runs) : runs_(runs) {
    if (runs_) last_ = Clock::now();
  }
  void mark(double& stage) {
    if (!runs_) return;
    const auto now = Clock::now();
    stage += std::chrono::duration<double>(now - last_).count();
    last_ = now;
  }

 private:
  bool runs_;
  Clock::time_point last_;
};

}  // namespace

image::Image view_of(const RawSample& raw) {
  const std::size_t expected = static_cast<std::size_t>(raw.height) * static_cast<std::size_t>(raw.width) *
                               static_cast<std::size_t>(raw.channels);
  if (raw.bytes.size() != expected) throw std::logic_error("a source gave the wrong number of pixels");
  auto* pixels = const_cast<std::byte*>(raw.bytes.data());
  return image::Image(raw.height, raw.width, CV_8UC(raw.channels), pixels);
}

SampleReader::SampleReader(const SampleSource& source, const augment::Pipeline& pipeline, const ReaderOptions& options)
    : source_(source), pipeline_(&pipeline), options_(options), tools_(options.decoder) {
  if (options.measure_stages) tools_.decode_seconds = &statistics_.seconds.decode;
}

image::Picture SampleReader::picture_of(const RawSample& raw) {
  if (!raw.encoded) return {image::with_channels(view_of(raw), options_.channels), tools_};
  image::OpenOptions options;
  options.channels = options_.channels;
  options.honour_orientation = options_.honour_orientation;
  options.slack = raw.slack;
  options.row_index = raw.row_index;
  return {raw.bytes, options, tools_};
}

void SampleReader::read(std::int64_t index, const Draw& draw, const Slot& slot) {
  StageSeconds& seconds = statistics_.seconds;
  StageClock clock(options_.measure_stages);
  const RawSample raw = source_.read(index, buffer_);
  clock.mark(seconds.read);
  augment::Sample sample{picture_of(raw), {}};
  clock.mark(seconds.header);
  // Transforms that need pixels decode them, and the decoder notes its own time.
  const double decoded_before = seconds.decode;
  base::RandomStream random(options_.seed, static_cast<std::uint64_t>(draw.epoch), static_cast<std::uint64_t>(index),
                            static_cast<std::uint32_t>(draw.copy));
  pipeline_->apply(sample, random);
  clock.mark(seconds.augment);
  const double decoded_between = seconds.decode;
  write_slot(sample, slot);
  clock.mark(seconds.resample);
  seconds.augment -= decoded_between - decoded_before;
  seconds.resample -= seconds.decode - decoded_between;
  *slot.label = source_.label(index);
  *slot.sample_id = index;
  ++statistics_.pictures;
  statistics_.encoded_bytes += raw.encoded ? static_cast<std::int64_t>(raw.bytes.size()) : 0;
  statistics_.windows_decoded += sample.picture.counts().windows;
  statistics_.own_windows += sample.picture.counts().own_windows;
  statistics_.indexed_windows += sample.picture.counts().indexed_windows;
  statistics_.whole_decoded += sample.picture.counts().whole;
  if (buffer_.capacity() > kMaxKeptBytes) buffer_ = {};
}

void SampleReader::write_slot(augment::Sample& sample, const Slot& slot) {
  if (sample.picture.size() != pipeline_->output_size() || sample.picture.channels() != options_.channels) {
    throw std::logic_error("the pipeline gave another size or type than it promised");
  }
  sample.picture.write(slot.pixels);
  std::copy(sample.colour_shift.begin(), sample.colour_shift.end(), slot.colour_shift);
}

void SampleReader::leave_out(std::int64_t index, const Slot& slot) const {
  std::fill_n(slot.pixels, pipeline_->output_size().area() * options_.channels, std::uint8_t{0});
  std::fill_n(slot.colour_shift, 3, 0.0F);
  *slot.label = kLeftOut;
  *slot.sample_id = index;
}

ReadStatistics SampleReader::take_statistics() {
  statistics_.scratch_bytes = tools_.scratch_bytes() + buffer_.capacity();
  return std::exchange(statistics_, {});
}

}  // namespace topfive::data
