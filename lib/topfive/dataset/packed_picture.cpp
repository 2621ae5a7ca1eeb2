#include "topfive/dataset/packed_picture.h"

#include <algorithm>
#include <cstring>

#include "topfive/augment/resize_shorter_side.h"
#include "topfive/base/crc32c.h"
#include "topfive/data/row_index_store.h"
#include "topfive/image/encode.h"
#include "topfive/image/probe.h"
#include "topfive/image/resize.h"

namespace topfive::dataset {
namespace {

using Bytes = std::vector<std::byte>;

bool have_same_pixels(const image::Image& a, const image::Image& b) {
  if (a.size() != b.size() || a.type() != b.type()) return false;
  const auto row_bytes = static_cast<std::size_t>(a.cols) * a.elemSize();
  for (int y = 0; y < a.rows; ++y) {
    if (std::memcmp(a.ptr(y), b.ptr(y), row_bytes) != 0) return false;
  }
  return true;
}

// The smaller file, or the file itself: where libjpeg dislikes something, where nothing is won, and above all where the
// pixels would not be the same.
Bytes smaller_file(Bytes file, const image::Image& pixels) {
  try {
    Bytes smaller = image::transcode_jpeg(file);
    if (smaller.size() < file.size() && have_same_pixels(image::decode(smaller), pixels)) return smaller;
  } catch (const image::DecodeError&) {
    return file;
  }
  return file;
}

Bytes rewritten(Bytes file, const image::PictureFacts& facts, const PictureRewrite& rewrite) {
  // The whole picture, whether or not it is needed: this is the check.
  const image::Image pixels = image::decode(file);
  if (rewrite.short_side > 0 && std::min(pixels.rows, pixels.cols) > rewrite.short_side) {
    const cv::Size size = augment::shorter_side_size(pixels.size(), rewrite.short_side);
    return image::encode_jpeg(image::resize(pixels, size, image::Filter::kPilBilinear), rewrite.quality);
  }
  return rewrite.lossless && facts.format == image::Format::kJpeg ? smaller_file(std::move(file), pixels)
                                                                  : std::move(file);
}

Bytes file_of(const data::RawSample& raw) {
  if (raw.encoded) return {raw.bytes.begin(), raw.bytes.end()};
  auto* pixels = const_cast<std::byte*>(raw.bytes.data());
  return image::encode_png(image::Image(raw.height, raw.width, CV_8UC(raw.channels), pixels));
}

std::uint32_t flags_of(const image::PictureFacts& facts) {
  namespace flag = data::sample_flag;
  std::uint32_t flags = flag::kFactsKnown | flag::kChecksumKnown;
  if (facts.progressive) flags |= flag::kProgressive;
  if (facts.is_cmyk()) flags |= flag::kCmyk;
  if (facts.format == image::Format::kPng) flags |= flag::kPng;
  if (facts.orientation != 1) flags |= flag::kExifRotated;
  if (facts.format == image::Format::kJpeg && facts.components == 1) flags |= flag::kGrey;
  return flags;
}

void describe(PackedPicture& picture) {
  const image::PictureFacts facts = image::probe(picture.bytes);
  picture.extension = facts.format == image::Format::kPng ? "png" : "jpg";
  picture.facts.size = static_cast<std::uint32_t>(picture.bytes.size());
  picture.facts.width = static_cast<std::uint32_t>(facts.width);
  picture.facts.height = static_cast<std::uint32_t>(facts.height);
  picture.facts.flags = flags_of(facts);
  picture.facts.crc32c = base::crc32c(picture.bytes);
}

}  // namespace

std::string PictureRewrite::pixels() const {
  if (short_side == 0) return "";
  return "short_side=" + std::to_string(short_side) + " quality=" + std::to_string(quality);
}

PackedPicture pack_picture(const data::SampleSource& source, std::int64_t index, const PictureRewrite& rewrite,
                           bool with_rows) {
  PackedPicture picture;
  try {
    Bytes buffer;
    Bytes file = file_of(source.read(index, buffer));
    picture.original_bytes = file.size();
    const image::PictureFacts facts = image::probe(file);
    picture.bytes = rewritten(std::move(file), facts, rewrite);
    describe(picture);
    picture.facts.label = static_cast<std::uint32_t>(source.label(index));
    if (with_rows) {
      image::JpegReader reader;
      picture.rows = data::make_row_index(reader, picture.bytes, 0, data::kRowIndexStep);
    }
  } catch (const data::SampleError& error) {
    picture = {};
    picture.error = error.what();
  } catch (const image::DecodeError& error) {
    picture = {};
    picture.error = error.what();
  }
  return picture;
}

}  // namespace topfive::dataset
