#include "topfive/data/sample_reader.h"

#include <algorithm>
#include <stdexcept>

#include "topfive/base/random_stream.h"
#include "topfive/image/colour.h"
#include "topfive/image/decode.h"

namespace topfive::data {
namespace {

// A rare huge file must not pin its memory in every thread that met one.
constexpr std::size_t kMaxKeptBytes = std::size_t{16} << 20U;

// A header over the source's pixels, without a copy: transforms never write into their input.
image::Image view_of(const RawSample& raw) {
  const std::size_t expected = static_cast<std::size_t>(raw.height) * static_cast<std::size_t>(raw.width) *
                               static_cast<std::size_t>(raw.channels);
  if (raw.bytes.size() != expected) throw std::logic_error("a source gave the wrong number of pixels");
  auto* pixels = const_cast<std::byte*>(raw.bytes.data());
  return image::Image(raw.height, raw.width, CV_8UC(raw.channels), pixels);
}

void write_slot(augment::Sample& sample, cv::Size size, int channels, const Slot& slot) {
  if (sample.picture.size() != size || sample.picture.channels() != channels) {
    throw std::logic_error("the pipeline gave another size or type than it promised");
  }
  sample.picture.write(slot.pixels);
  std::copy(sample.colour_shift.begin(), sample.colour_shift.end(), slot.colour_shift);
}

}  // namespace

SampleReader::SampleReader(const SampleSource& source, const augment::Pipeline& pipeline, int channels,
                           std::uint64_t seed)
    : source_(source), pipeline_(pipeline), channels_(channels), seed_(seed) {}

image::Picture SampleReader::picture_of(const RawSample& raw) {
  if (!raw.encoded) return image::with_channels(view_of(raw), channels_);
  image::OpenOptions options;
  options.channels = channels_;
  options.slack = raw.slack;
  return {raw.bytes, options, tools_};
}

void SampleReader::read(std::int64_t index, std::int64_t epoch, const Slot& slot) {
  augment::Sample sample{picture_of(source_.read(index, buffer_)), {}};
  base::RandomStream random(seed_, static_cast<std::uint64_t>(epoch), static_cast<std::uint64_t>(index));
  pipeline_.apply(sample, random);
  write_slot(sample, pipeline_.output_size(), channels_, slot);
  *slot.label = source_.label(index);
  *slot.sample_id = index;
  if (buffer_.capacity() > kMaxKeptBytes) buffer_ = {};
}

}  // namespace topfive::data
