// Ten thousand damaged files of every kind: whatever the bytes, the answer is a picture or a DecodeError, and decoding
// a window of it never says anything else than decoding the whole.
#include "topfive/image/crop.h"
#include "topfive/image/picture.h"
#include "topfive/image/probe.h"

#include "image/damage.h"
#include "image/picture.h"
#include "image/picture_bombs.h"
#include "support/catch.h"

using namespace topfive::test;
using namespace topfive::image;

namespace {

constexpr DecodeLimits kLimits = {.max_pixels = 1'000'000, .max_scans = 100};

Bytes with_icc_profile(const Bytes& jpeg) {
  const Bytes block =
      to_bytes({0xff, 0xe2, 0, 20, 'I', 'C', 'C', '_', 'P', 'R', 'O', 'F', 'I', 'L', 'E', 0, 1, 1, 1, 2, 3, 4});
  Bytes bytes = jpeg;
  bytes.insert(bytes.begin() + 2, block.begin(), block.end());
  return bytes;
}

Bytes interlaced_png(const Image& rgb) {
  Bytes header = png_header(static_cast<std::uint32_t>(rgb.cols), static_cast<std::uint32_t>(rgb.rows), 8, 2);
  header[12] = std::byte{1};
  return make_png(png_chunks(header, {}, interlaced_rows(rgb)));
}

std::vector<Bytes> seeds() {
  const Image colour = smooth_picture({45, 34}, 3);
  return {make_jpeg(colour, {.horizontal_sampling = 2, .vertical_sampling = 2}),
          make_jpeg(colour, {.progressive = true, .horizontal_sampling = 2}),
          make_jpeg(colour, {.horizontal_sampling = 4}),
          make_jpeg(colour, {.vertical_sampling = 2, .restart_interval = 3}),
          make_jpeg(smooth_picture({45, 34}, 4)),
          make_jpeg(smooth_picture({45, 34}, 1)),
          make_jpeg(smooth_picture({45, 34}, 1), {.progressive = true}),
          make_jpeg(smooth_picture({1, 1}, 3)),
          with_exif_orientation(make_jpeg(colour), 6),
          with_icc_profile(make_jpeg(colour)),
          make_png(colour),
          interlaced_png(colour),
          make_png(smooth_picture({1, 1}, 3))};
}

// The pixels, or the error's text.
struct Answer {
  Image pixels;
  std::string error;
};

Answer whole(const Bytes& file, int channels) {
  try {
    return {decode(file, channels, kLimits), ""};
  } catch (const DecodeError& error) {
    return {{}, error.what()};
  }
}

Answer window(const Bytes& file, const cv::Rect& part, int channels, PictureTools& tools) {
  try {
    Picture picture(file, {.channels = channels, .limits = kLimits}, tools);
    picture.crop(part);
    return {picture.pixels(), ""};
  } catch (const DecodeError& error) {
    return {{}, error.what()};
  }
}

void check_one(const Bytes& file, std::mt19937& random, PictureTools& tools) {
  const int channels = random() % 3 == 0 ? 1 : 3;
  const Answer all = whole(file, channels);
  try {
    probe(file, kLimits);
  } catch (const DecodeError&) {
    CHECK_FALSE(all.error.empty());  // what has no readable header is no picture
  }
  if (!all.error.empty()) {
    // The damage may lie outside the window; all that counts is that the answer comes.
    window(file, {0, 0, 1, 1}, channels, tools);
    return;
  }
  const cv::Size size = all.pixels.size();
  const auto at = [&](int n) { return static_cast<int>(below(random, static_cast<std::size_t>(n))); };
  const cv::Size part(1 + at(size.width), 1 + at(size.height));
  const cv::Rect rect(cv::Point(at(size.width - part.width + 1), at(size.height - part.height + 1)), part);
  const Answer some = window(file, rect, channels, tools);
  CHECK(some.error.empty());
  if (some.error.empty()) CHECK(same_pixels(some.pixels, all.pixels(rect)));
}

}  // namespace

TEST_CASE("an interlaced PNG gives its pixels back") {
  const Image image = formula_picture({37, 23}, 3, 5);
  CHECK(same_pixels(decode(interlaced_png(image)), image));
}

TEST_CASE("ten thousand damaged files give a picture or an error, the same for windows as for the whole") {
  std::mt19937 random(10'000);
  const auto files = seeds();
  PictureTools tools;
  for (int i = 0; i < 10'000; ++i) {
    Bytes file = files[static_cast<std::size_t>(i) % files.size()];
    // Behind a PNG's wrong checksum nothing is looked at, so every second one gets right ones.
    const bool png = topfive::image::sniff_format(file) == Format::kPng;
    if (png && i % 2 == 0) {
      auto chunks = split_png(file);
      Bytes& data = chunks[below(random, chunks.size())].data;
      data = damaged(data, random);
      file = make_png(chunks);
    } else {
      file = damaged(file, random);
    }
    CAPTURE(i);
    check_one(file, random, tools);
  }
}
