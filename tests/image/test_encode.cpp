#include "topfive/image/contact_sheet.h"
#include "topfive/image/decode.h"
#include "topfive/image/encode.h"

#include "image/image_files.h"
#include "image/picture.h"
#include "support/catch.h"

using namespace topfive;
using namespace topfive::test;

namespace {

// An APP1 block such as cameras write, behind the start marker.
Bytes with_metadata(const Bytes& jpeg) {
  Bytes bytes(jpeg.begin(), jpeg.begin() + 2);
  const Bytes block = to_bytes({0xff, 0xe1, 0, 10, 'E', 'x', 'i', 'f', 0, 0, 1, 2});
  bytes.insert(bytes.end(), block.begin(), block.end());
  bytes.insert(bytes.end(), jpeg.begin() + 2, jpeg.end());
  return bytes;
}

bool contains(const Bytes& bytes, const Bytes& part) {
  return std::search(bytes.begin(), bytes.end(), part.begin(), part.end()) != bytes.end();
}

}  // namespace

TEST_CASE("a PNG file holds the very pixels", "[image]") {
  const int channels = GENERATE(1, 3);
  const image::Image picture = formula_picture({37, 23}, channels, 7);
  CHECK(same_pixels(image::decode(image::encode_png(picture), channels), picture));
}

TEST_CASE("a JPEG file of high quality holds almost the pixels, and the same bytes each time", "[image]") {
  const int channels = GENERATE(1, 3);
  const image::Image picture = smooth_picture({65, 47}, channels);
  const auto file = image::encode_jpeg(picture, 95);
  CHECK(file == image::encode_jpeg(picture, 95));
  CHECK(cv::norm(image::decode(file, channels), picture, cv::NORM_INF) <= 12);
  CHECK(file.size() < image::encode_png(formula_picture({65, 47}, channels, 1)).size());
}

TEST_CASE("a picture too large for JPEG is refused", "[image]") {
  CHECK_THROWS_AS(image::encode_jpeg(image::Image(1, 65'501, CV_8UC1, cv::Scalar(0)), 90), std::runtime_error);
}

TEST_CASE("a transcoded JPEG is one scan without metadata and has the same pixels", "[image]") {
  JpegOptions options;
  options.progressive = GENERATE(false, true);
  const int channels = GENERATE(1, 3, 4);
  options.horizontal_sampling = channels == 3 ? GENERATE(1, 2) : 1;
  options.vertical_sampling = options.horizontal_sampling;
  const Bytes file = with_metadata(make_jpeg(smooth_picture({131, 77}, channels), options));
  const Bytes smaller = image::transcode_jpeg(file);
  CHECK(same_pixels(image::decode(smaller), image::decode(file)));
  if (!options.progressive) CHECK(smaller.size() < file.size());
  CHECK_FALSE(contains(smaller, to_bytes({'E', 'x', 'i', 'f'})));
  CHECK_FALSE(contains(smaller, to_bytes({0xff, 0xc2})));
}

TEST_CASE("a damaged JPEG is not transcoded", "[image]") {
  Bytes file = make_jpeg(smooth_picture({131, 77}, 3));
  file.resize(file.size() / 2);
  CHECK_THROWS_AS(image::transcode_jpeg(file), image::DecodeError);
  CHECK_THROWS_AS(image::transcode_jpeg(Bytes{}), image::DecodeError);
}

TEST_CASE("a contact sheet places pictures of any size in squares with captions", "[image]") {
  const image::Image red(30, 100, CV_8UC3, cv::Scalar(255, 0, 0));
  const image::Image grey(500, 250, CV_8UC1, cv::Scalar(128));
  const image::Image sheet =
      image::contact_sheet({{"caf\xc3\xa9", {red, {}, grey}}, {std::string(500, 'x'), {grey}}}, 100);
  REQUIRE(sheet.size() == cv::Size(3 * 104 + 4, 2 * 122 + 4));
  CHECK(sheet.at<cv::Vec3b>(18 + 50, 4 + 50) == cv::Vec3b(255, 0, 0));
  CHECK(sheet.at<cv::Vec3b>(18 + 10, 4 + 50) == cv::Vec3b(24, 24, 24));
  CHECK(sheet.at<cv::Vec3b>(18 + 50, 2 * 104 + 4 + 50) == cv::Vec3b(128, 128, 128));
  CHECK(sheet.at<cv::Vec3b>(18 + 50, 104 + 4 + 50) == cv::Vec3b(24, 24, 24));
  CHECK(cv::countNonZero(sheet(cv::Rect(0, 0, 60, 18)).clone().reshape(1) > 200) > 0);
}
