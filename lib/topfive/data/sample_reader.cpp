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

void copy_into_slot(const augment::Sample& sample, cv::Size size, int channels, const Slot& slot) {
  cv::Mat target(size, CV_8UC(channels), slot.pixels);
  if (sample.image.size() != size || sample.image.type() != target.type()) {
    throw std::logic_error("the pipeline gave another size or type than it promised");
  }
  sample.image.copyTo(target);
  std::copy(sample.colour_shift.begin(), sample.colour_shift.end(), slot.colour_shift);
}

}  // namespace

SampleReader::SampleReader(const SampleSource& source, const augment::Pipeline& pipeline, int channels,
                           std::uint64_t seed)
    : source_(source), pipeline_(pipeline), channels_(channels), seed_(seed) {}

image::Image SampleReader::pixels_of(const RawSample& raw) const {
  if (raw.encoded) return image::decode(raw.bytes, channels_);
  const image::Image pixels = view_of(raw);
  if (raw.channels == channels_) return pixels;
  return channels_ == 3 ? image::grey_to_rgb(pixels) : image::rgb_to_grey(pixels);
}

void SampleReader::read(std::int64_t index, std::int64_t epoch, const Slot& slot) {
  augment::Sample sample;
  sample.image = pixels_of(source_.read(index, buffer_));
  base::RandomStream random(seed_, static_cast<std::uint64_t>(epoch), static_cast<std::uint64_t>(index));
  pipeline_.apply(sample, random);
  copy_into_slot(sample, pipeline_.output_size(), channels_, slot);
  *slot.label = source_.label(index);
  *slot.sample_id = index;
  if (buffer_.capacity() > kMaxKeptBytes) buffer_ = {};
}

}  // namespace topfive::data
