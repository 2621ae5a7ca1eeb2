#include <random>

#include "topfive/image/exif.h"
#include "topfive/image/probe.h"

#include "image/image_files.h"
#include "image/picture.h"
#include "support/catch.h"

using namespace topfive::test;
using namespace topfive::image;

TEST_CASE("the header of a JPEG tells size, components, scans and sampling") {
  const int horizontal = GENERATE(1, 2);
  const int vertical = GENERATE(1, 2);
  const bool progressive = GENERATE(false, true);
  JpegOptions options;
  options.progressive = progressive;
  options.horizontal_sampling = horizontal;
  options.vertical_sampling = vertical;
  const PictureFacts facts = probe(make_jpeg(smooth_picture({50, 31}, 3), options));
  CHECK(facts.format == Format::kJpeg);
  CHECK(facts.width == 50);
  CHECK(facts.height == 31);
  CHECK(facts.components == 3);
  CHECK(facts.progressive == progressive);
  CHECK(facts.horizontal_sampling == horizontal);
  CHECK(facts.vertical_sampling == vertical);
  CHECK(facts.orientation == 1);
  CHECK_FALSE(facts.is_cmyk());
}

TEST_CASE("grey, CMYK and PNG files are told apart") {
  CHECK(probe(make_jpeg(smooth_picture({9, 9}, 1))).components == 1);
  CHECK(probe(make_jpeg(smooth_picture({9, 9}, 4))).is_cmyk());
  const PictureFacts png = probe(make_png(smooth_picture({20, 10}, 3)));
  CHECK(png.format == Format::kPng);
  CHECK(png.width == 20);
  CHECK(png.height == 10);
  CHECK(png.components == 3);
}

TEST_CASE("the orientation is read from EXIF in both byte orders") {
  const int orientation = GENERATE(range(1, 9));
  const bool big_endian = GENERATE(false, true);
  const Bytes file = with_exif_orientation(make_jpeg(smooth_picture({9, 9}, 3)), orientation, big_endian);
  CHECK(probe(file).orientation == orientation);
}

TEST_CASE("a broken EXIF block counts as none") {
  const Bytes file = with_exif_orientation(make_jpeg(smooth_picture({9, 9}, 3)), 6);
  std::mt19937 random(6);
  for (int i = 0; i < 2000; ++i) {
    Bytes damaged = file;
    for (int n = 0; n < 3; ++n) damaged[12 + random() % 26] = static_cast<std::byte>(random());
    const int orientation = probe(damaged).orientation;
    CHECK((orientation >= 1 && orientation <= 8));
  }
}

TEST_CASE("a header that ends too soon is truncated, and one above the limits too large") {
  const Bytes file = make_jpeg(smooth_picture({50, 31}, 3));
  for (std::size_t length = 3; length < 150; ++length) {
    CHECK_THROWS_AS(probe(std::span(file).first(length)), DecodeError);
  }
  try {
    probe(with_jpeg_size(file, 65500, 65500));
    FAIL("no error");
  } catch (const DecodeError& error) {
    CHECK(error.kind() == BadPicture::kTooLarge);
  }
}

TEST_CASE("damaged headers give facts or an error") {
  std::mt19937 random(7);
  const std::vector<Bytes> files = {make_jpeg(smooth_picture({50, 31}, 3)), make_png(smooth_picture({20, 10}, 3)),
                                    with_exif_orientation(make_jpeg(smooth_picture({9, 9}, 3)), 3)};
  for (int i = 0; i < 6000; ++i) {
    Bytes damaged = files[random() % files.size()];
    for (int n = 0; n < 4; ++n) damaged[random() % std::min<std::size_t>(damaged.size(), 400)] = std::byte(random());
    try {
      const PictureFacts facts = probe(damaged);
      CHECK(facts.width > 0);
      CHECK(facts.height > 0);
    } catch (const DecodeError&) {
    }
  }
}
