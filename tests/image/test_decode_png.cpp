#include "topfive/image/decode.h"

#include "image/image_files.h"
#include "image/picture.h"
#include "support/catch.h"

using namespace topfive::test;
using topfive::image::decode;
using topfive::image::DecodeError;
using topfive::image::Image;

namespace {

constexpr int kGrey = 0;
constexpr int kRgb = 2;
constexpr int kPalette = 3;

}  // namespace

TEST_CASE("a PNG gives its pixels back") {
  const Image image = formula_picture({37, 23}, 3, 5);
  CHECK(same_pixels(decode(make_png(image)), image));
}

TEST_CASE("16-bit samples keep their high byte") {
  const Bytes rows = to_bytes({0, 0x12, 0xff, 0x80, 0x00, 0xfe, 0x01});
  const Image image = decode(make_png(png_chunks(png_header(1, 1, 16, kRgb), {}, rows)));
  CHECK(same_pixels(image, Image(1, 1, CV_8UC3, cv::Scalar(0x12, 0x80, 0xfe))));
}

TEST_CASE("a palette is expanded") {
  const std::vector<PngChunk> palette = {{"PLTE", to_bytes({10, 20, 30, 200, 150, 100})}};
  const Bytes rows = to_bytes({0, 0b01000000});
  const Image image = decode(make_png(png_chunks(png_header(2, 1, 1, kPalette), palette, rows)));
  REQUIRE(image.size() == cv::Size(2, 1));
  CHECK(image.at<cv::Vec3b>(0, 0) == cv::Vec3b(10, 20, 30));
  CHECK(image.at<cv::Vec3b>(0, 1) == cv::Vec3b(200, 150, 100));
}

TEST_CASE("grey of a few bits is spread over 0 to 255") {
  const Bytes rows = to_bytes({0, 0b00011011});
  const Image image = decode(make_png(png_chunks(png_header(4, 1, 2, kGrey), {}, rows)), 1);
  REQUIRE(image.type() == CV_8UC1);
  CHECK(same_pixels(image, (cv::Mat_<std::uint8_t>(1, 4) << 0, 85, 170, 255)));
}

TEST_CASE("ancillary chunks are ignored, even broken ones") {
  const Image picture = formula_picture({5, 4}, 3, 1);
  auto chunks = split_png(make_png(picture));
  chunks.insert(chunks.begin() + 1, {"iCCP", to_bytes({1, 2, 3})});
  chunks.insert(chunks.begin() + 1, {"eXIf", to_bytes({'I', 'I', 42, 0})});
  CHECK(same_pixels(decode(make_png(chunks)), picture));
}

TEST_CASE("a PNG cut anywhere is an error") {
  const Bytes file = make_png(formula_picture({12, 9}, 3, 2));
  for (std::size_t length = 0; length < file.size(); ++length) {
    CAPTURE(length);
    CHECK_THROWS_AS(decode(std::span(file).first(length)), DecodeError);
  }
}

TEST_CASE("pixel data that ends early is an error though every chunk is whole") {
  auto chunks = split_png(make_png(formula_picture({12, 9}, 3, 2)));
  Bytes& data = chunks[1].data;
  data.resize(GENERATE_REF(data.size() / 2, data.size() - 20, std::size_t{0}));
  CHECK_THROWS_AS(decode(make_png(chunks)), DecodeError);
}

TEST_CASE("fewer rows than the header promises are an error") {
  const Bytes rows = to_bytes({0, 1, 2, 3});
  const Bytes file = make_png(png_chunks(png_header(1, 2, 8, kRgb), {}, rows));
  CHECK_THROWS_WITH(decode(file), ContainsSubstring("corrupt pixel data"));
}

TEST_CASE("a wrong checksum is an error") {
  Bytes file = make_png(formula_picture({12, 9}, 3, 2));
  file[file.size() - 20] ^= std::byte{1};
  CHECK_THROWS_WITH(decode(file), ContainsSubstring("checksum"));
}

TEST_CASE("a PNG that claims a huge size is refused before memory is taken") {
  const auto [width, height] = GENERATE(table<std::uint32_t, std::uint32_t>(
      {{65500, 65500}, {0xffffffff, 0xffffffff}, {0x7fffffff, 0x7fffffff}, {1, 178'956'971}}));
  const Bytes file = make_png(png_chunks(png_header(width, height, 8, kRgb), {}, to_bytes({0})));
  CHECK_THROWS_WITH(decode(file), ContainsSubstring("pixels are decoded"));
}

TEST_CASE("a PNG whose header is missing, misplaced or empty is refused") {
  const auto whole = split_png(make_png(formula_picture({3, 3}, 3, 2)));
  CHECK_THROWS_AS(decode(make_png({whole[1], whole[2]})), DecodeError);
  CHECK_THROWS_AS(decode(make_png({whole[1], whole[0], whole[2]})), DecodeError);
  CHECK_THROWS_AS(decode(make_png({whole[0], whole[2]})), DecodeError);
  const Bytes empty = png_header(0, 5, 8, kRgb);
  CHECK_THROWS_WITH(decode(make_png(png_chunks(empty, {}, {}))), ContainsSubstring("no pixels"));
}
