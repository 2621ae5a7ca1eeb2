#include <future>
#include <random>

#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

#include "topfive/image/decode.h"

#include "image/image_files.h"
#include "image/picture.h"
#include "support/catch.h"

using namespace topfive::test;
using topfive::image::decode;
using topfive::image::DecodeError;
using topfive::image::Format;
using topfive::image::Image;
using topfive::image::sniff_format;

namespace {

// OpenCV reads JPEG files through the same library, with another wrapper.
Image opencv_decode(const Bytes& file) {
  const auto* start = reinterpret_cast<const unsigned char*>(file.data());
  const std::vector<unsigned char> buffer(start, start + file.size());
  Image image = cv::imdecode(buffer, cv::IMREAD_COLOR | cv::IMREAD_IGNORE_ORIENTATION);
  cv::cvtColor(image, image, cv::COLOR_BGR2RGB);
  return image;
}

}  // namespace

TEST_CASE("a format is told by its magic bytes") {
  CHECK(sniff_format(make_jpeg(smooth_picture({8, 8}, 3))) == Format::kJpeg);
  CHECK(sniff_format(make_png(smooth_picture({8, 8}, 3))) == Format::kPng);
  CHECK(sniff_format(to_bytes({'G', 'I', 'F', '8', '9', 'a'})) == Format::kUnknown);
  CHECK(sniff_format(to_bytes({0xff, 0xd8})) == Format::kUnknown);
  CHECK(sniff_format({}) == Format::kUnknown);
}

TEST_CASE("a JPEG of any size and subsampling decodes as OpenCV decodes it") {
  std::mt19937 random(7);
  for (int i = 0; i < 150; ++i) {
    const cv::Size size(1 + static_cast<int>(random() % 70), 1 + static_cast<int>(random() % 70));
    JpegOptions options;
    options.quality = 20 + static_cast<int>(random() % 80);
    options.progressive = random() % 2 == 0;
    options.horizontal_sampling = 1 + static_cast<int>(random() % 2);
    options.vertical_sampling = 1 + static_cast<int>(random() % 2);
    const Bytes file = make_jpeg(smooth_picture(size, 3), options);
    CAPTURE(size.width, size.height, options.progressive);
    CHECK(same_pixels(decode(file), opencv_decode(file)));
  }
}

TEST_CASE("a grey JPEG gives one channel, or three equal ones") {
  const bool progressive = GENERATE(false, true);
  const Bytes file = make_jpeg(smooth_picture({33, 21}, 1), {.progressive = progressive});
  const Image grey = decode(file, 1);
  const Image rgb = decode(file, 3);
  REQUIRE(grey.type() == CV_8UC1);
  REQUIRE(rgb.type() == CV_8UC3);
  for (int c = 0; c < 3; ++c) {
    Image channel;
    cv::extractChannel(rgb, channel, c);
    CHECK(same_pixels(channel, grey));
  }
}

TEST_CASE("a CMYK JPEG without ink is white, and with all ink is black") {
  const int level = GENERATE(0, 255);  // Adobe's inversion: 255 is no ink
  const Bytes file = make_jpeg(Image(9, 9, CV_8UC4, cv::Scalar::all(level)), {.quality = 100});
  CHECK(same_pixels(decode(file), Image(9, 9, CV_8UC3, cv::Scalar::all(level))));
}

TEST_CASE("bytes behind the end of a JPEG do no harm") {
  Bytes file = make_jpeg(smooth_picture({30, 20}, 3));
  const Image image = decode(file);
  file.resize(file.size() + 1000, std::byte{0x5a});
  CHECK(same_pixels(decode(file), image));
}

TEST_CASE("a JPEG cut anywhere is an error, never a partly filled picture") {
  const bool progressive = GENERATE(false, true);
  const int channels = GENERATE(1, 3, 4);
  const Bytes file = make_jpeg(smooth_picture({40, 24}, channels), {.progressive = progressive});
  for (std::size_t length = 0; length < file.size(); ++length) {
    CAPTURE(length);
    CHECK_THROWS_AS(decode(std::span(file).first(length)), DecodeError);
  }
}

TEST_CASE("the error for a cut JPEG says truncated") {
  const Bytes file = make_jpeg(smooth_picture({40, 24}, 3));
  CHECK_THROWS_WITH(decode(std::span(file).first(file.size() / 2)), StartsWith("truncated JPEG"));
}

TEST_CASE("a JPEG that claims a huge size is refused before memory is taken") {
  const Bytes file = with_jpeg_size(make_jpeg(smooth_picture({16, 16}, 3)), 65500, 65500);
  CHECK_THROWS_WITH(decode(file), ContainsSubstring("65500x65500"));
}

TEST_CASE("the limit on pixels is inclusive") {
  const Bytes file = make_jpeg(smooth_picture({16, 10}, 3));
  CHECK_NOTHROW(decode(file, 3, {.max_pixels = 160}));
  CHECK_THROWS_AS(decode(file, 3, {.max_pixels = 159}), DecodeError);
}

TEST_CASE("a JPEG with more scans than allowed is refused") {
  const Bytes file = make_jpeg(smooth_picture({16, 16}, 1), {.progressive = true});
  CHECK_NOTHROW(decode(repeat_last_scan(file, 400)));
  CHECK_THROWS_WITH(decode(repeat_last_scan(file, 10'000)), ContainsSubstring("500 scans"));
}

TEST_CASE("what is neither JPEG nor PNG is refused with its first bytes") {
  CHECK_THROWS_WITH(decode(to_bytes({'G', 'I', 'F', '8'})), ContainsSubstring("47 49 46 38"));
  CHECK_THROWS_WITH(decode({}), ContainsSubstring("empty file"));
}

TEST_CASE("threads that decode at the same time do not disturb each other") {
  const Bytes file = make_jpeg(smooth_picture({64, 48}, 3));
  const Image expected = decode(file);
  std::vector<std::future<bool>> results;
  for (int i = 0; i < 4; ++i) {
    results.push_back(std::async(std::launch::async, [&] {
      bool same = true;
      for (int n = 0; n < 20; ++n) same = same && same_pixels(decode(file), expected);
      return same;
    }));
  }
  for (auto& result : results) CHECK(result.get());
}
