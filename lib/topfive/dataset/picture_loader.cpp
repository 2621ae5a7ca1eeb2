#include "topfive/dataset/picture_loader.h"

#include "topfive/image/colour.h"
#include "topfive/image/decode.h"

namespace topfive::dataset {

image::Image load_picture(const data::SampleSource& source, std::int64_t index, int channels,
                          std::vector<std::byte>& buffer) {
  const data::RawSample raw = source.read(index, buffer);
  if (raw.encoded) return image::decode(raw.bytes, channels);
  const image::Image view = data::view_of(raw);
  return raw.channels == channels ? view.clone() : image::with_channels(view, channels);
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
