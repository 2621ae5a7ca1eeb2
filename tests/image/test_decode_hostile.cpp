// Files with random damage: whatever the bytes, the answer is a picture within the limits or a
// DecodeError.
#include <random>

#include "topfive/image/decode.h"

#include "image/damage.h"
#include "image/image_files.h"
#include "image/picture.h"
#include "support/catch.h"

using namespace topfive::test;
using topfive::image::DecodeLimits;
using topfive::image::Image;

namespace {

constexpr DecodeLimits kLimits = {.max_pixels = 1'000'000, .max_scans = 100};

// True for a picture, false for a DecodeError; anything else fails the test.
bool decodes(const Bytes& bytes, int channels) {
  try {
    const Image image = topfive::image::decode(bytes, channels, kLimits);
    REQUIRE(image.channels() == channels);
    REQUIRE(image.depth() == CV_8U);
    REQUIRE(image.total() > 0);
    REQUIRE(static_cast<std::int64_t>(image.total()) <= kLimits.max_pixels);
    return true;
  } catch (const topfive::image::DecodeError& error) {
    REQUIRE(std::string(error.what()).size() > 5);
    return false;
  }
}

}  // namespace

TEST_CASE("damaged JPEG files give a picture or an error") {
  std::mt19937 random(2012);
  const std::vector<Bytes> files = {
      make_jpeg(smooth_picture({40, 30}, 3), {.horizontal_sampling = 2, .vertical_sampling = 2}),
      make_jpeg(smooth_picture({40, 30}, 3), {.progressive = true, .horizontal_sampling = 2}),
      make_jpeg(smooth_picture({17, 40}, 1)), make_jpeg(smooth_picture({17, 11}, 4))};
  int pictures = 0;
  for (int i = 0; i < 2000; ++i) {
    const Bytes file = damaged(files[below(random, files.size())], random);
    if (decodes(file, i % 2 == 0 ? 3 : 1)) ++pictures;
  }
  CHECK(pictures > 0);
  CHECK(pictures < 2000);
}

TEST_CASE("damaged PNG chunks under right checksums give a picture or an error") {
  std::mt19937 random(2013);
  const auto whole = split_png(make_png(smooth_picture({20, 15}, 3)));
  int pictures = 0;
  for (int i = 0; i < 1000; ++i) {
    auto chunks = whole;
    Bytes& data = chunks[below(random, 2)].data;
    data = damaged(data, random);
    if (decodes(make_png(chunks), 3)) ++pictures;
  }
  CHECK(pictures < 1000);
}

TEST_CASE("damaged PNG files give a picture or an error") {
  std::mt19937 random(2014);
  const Bytes file = make_png(smooth_picture({20, 15}, 3));
  int pictures = 0;
  for (int i = 0; i < 1000; ++i) {
    if (decodes(damaged(file, random), 3)) ++pictures;
  }
  CHECK(pictures < 1000);
}

TEST_CASE("random bytes behind the magic bytes are an error") {
  std::mt19937 random(2015);
  const Bytes magic =
      GENERATE(Bytes{to_bytes({0xff, 0xd8, 0xff})}, Bytes{to_bytes({0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'})});
  for (int i = 0; i < 300; ++i) {
    Bytes file = magic;
    for (std::size_t n = below(random, 400); n > 0; --n) file.push_back(static_cast<std::byte>(random()));
    CHECK_FALSE(decodes(file, 3));
  }
}
