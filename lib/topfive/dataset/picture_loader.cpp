#include "topfive/dataset/picture_loader.h"

#include "topfive/image/colour.h"
#include "topfive/image/decode.h"

namespace topfive::dataset {

image::Image load_picture(const data::SampleSource& source, std::int64_t index, int channels,
                          std::vector<std::byte>& buffer) {
  const data::RawSample raw = source.read(index, buffer);
  if (raw.encoded) return image::decode(raw.bytes, channels);
  auto* pixels = const_cast<std::byte*>(raw.bytes.data());
  const image::Image view(raw.height, raw.width, CV_8UC(raw.channels), pixels);
  if (raw.channels == channels) return view.clone();
  return channels == 3 ? image::grey_to_rgb(view) : image::rgb_to_grey(view);
}

SamplePreview::SamplePreview(const data::SampleSource& source, const augment::Pipeline& pipeline, int channels,
                             std::uint64_t seed)
    : reader_(source, pipeline, {.channels = channels, .seed = seed}),
      picture_(pipeline.output_size(), CV_8UC(channels)) {}

const image::Image& SamplePreview::draw(std::int64_t index, std::int64_t epoch) {
  std::int64_t label = 0;
  std::int64_t sample_id = 0;
  reader_.read(index, epoch, {picture_.data, &label, &sample_id, colour_shift_.data()});
  return picture_;
}

}  // namespace topfive::dataset
