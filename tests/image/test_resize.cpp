#include <random>

#include "topfive/image/crop.h"
#include "topfive/image/resize.h"

#include "image/golden_file.h"
#include "image/picture.h"
#include "support/catch.h"

using namespace topfive::test;
using topfive::image::Filter;
using topfive::image::Image;
using topfive::image::resize;

namespace {

Filter filter_named(const std::string& name) {
  for (const auto& [text, filter] : topfive::image::filter_names()) {
    if (text == name) return filter;
  }
  throw std::logic_error("unknown filter " + name);
}

int below(std::mt19937& random, int n) { return static_cast<int>(random() % static_cast<unsigned>(n)); }

}  // namespace

TEST_CASE("the pil_ filters give Pillow's pixels, bit for bit") {
  const auto golden = read_golden("pil_resize");
  REQUIRE(golden["cases"].size() == 464);
  for (const auto& expected : golden["cases"]) {
    CAPTURE(expected);
    const auto& box = expected["box"];
    const Image picture =
        formula_picture({expected["input"][0], expected["input"][1]}, expected["channels"], expected["seed"]);
    const Image window = topfive::image::crop(picture, cv::Rect(box[0], box[1], box[2], box[3]));
    const cv::Size size(expected["output"][0], expected["output"][1]);
    CHECK(checksum(resize(window, size, filter_named(expected["filter"]))) == expected["crc32"]);
  }
}

TEST_CASE("every filter keeps the type, gives the size, and keeps a flat picture flat") {
  const auto [name, filter] = GENERATE(from_range(topfive::image::filter_names()));
  CAPTURE(name);
  std::mt19937 random(3);
  for (int i = 0; i < 40; ++i) {
    const int channels = i % 2 == 0 ? 3 : 1;
    const cv::Size from(1 + below(random, 90), 1 + below(random, 90));
    const cv::Size to(1 + below(random, 90), 1 + below(random, 90));
    const Image flat(from, CV_8UC(channels), cv::Scalar::all(77));
    CAPTURE(from.width, from.height, to.width, to.height);
    CHECK(same_pixels(resize(flat, to, filter), Image(to, CV_8UC(channels), cv::Scalar::all(77))));
  }
}

TEST_CASE("a pil_ filter at the same size changes nothing") {
  const Filter filter = GENERATE(Filter::kPilBilinear, Filter::kPilBicubic);
  const Image image = formula_picture({31, 17}, 3, 4);
  CHECK(same_pixels(resize(image, image.size(), filter), image));
}

TEST_CASE("pixels outside a view never count") {
  const auto [name, filter] = GENERATE(from_range(topfive::image::filter_names()));
  CAPTURE(name);
  const Image picture = formula_picture({60, 50}, 3, 8);
  const cv::Rect window(13, 7, 31, 29);
  const Image view = topfive::image::crop(picture, window);
  CHECK(same_pixels(resize(view, {20, 40}, filter), resize(view.clone(), {20, 40}, filter)));
}

TEST_CASE("resizing leaves its input alone") {
  const auto [name, filter] = GENERATE(from_range(topfive::image::filter_names()));
  CAPTURE(name);
  const Image picture = formula_picture({30, 20}, 3, 8);
  const Image copy = picture.clone();
  resize(picture, {11, 33}, filter);
  CHECK(same_pixels(picture, copy));
}

TEST_CASE("shrinking with antialiasing averages a checkerboard to grey") {
  Image board(64, 64, CV_8UC1);
  for (int y = 0; y < 64; ++y) {
    for (int x = 0; x < 64; ++x) board.at<std::uint8_t>(y, x) = (x + y) % 2 == 0 ? 255 : 0;
  }
  const Filter filter = GENERATE(Filter::kPilBilinear, Filter::kPilBicubic, Filter::kCvArea);
  const Image small = resize(board, {8, 8}, filter);
  double least = 0;
  double most = 0;
  cv::minMaxLoc(small, &least, &most);
  CHECK(least >= 126);
  CHECK(most <= 129);
}
