#include <map>
#include <random>

#include "topfive/augment/center_crop.h"
#include "topfive/augment/pad_and_random_crop.h"
#include "topfive/augment/random_crop.h"
#include "topfive/augment/resize.h"
#include "topfive/augment/resize_shorter_side.h"
#include "topfive/image/crop.h"
#include "topfive/image/decode.h"

#include "image/golden_file.h"
#include "image/picture.h"
#include "support/catch.h"

using namespace topfive::augment;
using topfive::base::RandomStream;
using topfive::image::Image;
using topfive::test::formula_picture;
using topfive::test::same_pixels;

namespace {

cv::Size draw_size(std::mt19937& random, unsigned most) {
  return {1 + static_cast<int>(random() % most), 1 + static_cast<int>(random() % most)};
}

}  // namespace

TEST_CASE("resize_shorter_side and center_crop follow torchvision's rules") {
  const auto golden = topfive::test::read_golden("torchvision_rules")["geometry"];
  REQUIRE(golden.size() == 200);
  for (const auto& expected : golden) {
    CAPTURE(expected);
    const cv::Size picture(expected["picture"][0], expected["picture"][1]);
    const int size = expected["size"];
    const cv::Size resized = shorter_side_size(picture, size);
    CHECK(resized == cv::Size(expected["shorter_side"][0], expected["shorter_side"][1]));
    const cv::Rect window = center_window(picture, size);
    CHECK(window == cv::Rect(expected["center"][0], expected["center"][1], size, size));
  }
}

TEST_CASE("the usual evaluation picks the pixels that torchvision picks") {
  CHECK(shorter_side_size({500, 375}, 256) == cv::Size(341, 256));
  CHECK(shorter_side_size({375, 500}, 256) == cv::Size(256, 341));
  CHECK(center_window({341, 256}, 224) == cv::Rect(58, 16, 224, 224));  // 58.5 rounds to even
  CHECK(center_window({227, 225}, 224) == cv::Rect(2, 0, 224, 224));    // 1.5 to 2, 0.5 to 0
}

TEST_CASE("resize steps give the promised size") {
  std::mt19937 random(21);
  RandomStream stream(1, 2, 3);
  for (int i = 0; i < 60; ++i) {
    const cv::Size picture = draw_size(random, 100);
    const int size = 1 + static_cast<int>(random() % 60);
    Sample sample{formula_picture(picture, 3, 1), {}};
    const ResizeShorterSide shorter({.size = size});
    shorter.apply(sample, stream);
    CHECK(sample.picture.pixels().size() == shorter.output_size(picture));
    CHECK(std::min(sample.picture.pixels().cols, sample.picture.pixels().rows) == size);
    const Resize exact({.height = size, .width = size + 3});
    exact.apply(sample, stream);
    CHECK(sample.picture.pixels().size() == cv::Size(size + 3, size));
  }
}

TEST_CASE("every shorter side of a range is equally likely, and the picture keeps its shape") {
  const RandomShorterSideConfig config{.min_size = 20, .max_size = 27};
  const RandomShorterSide transform(config);
  CHECK_FALSE(transform.output_size(cv::Size(60, 40)));
  std::map<int, int> sides;
  constexpr int kDraws = 8'000;
  for (std::uint64_t i = 0; i < kDraws; ++i) {
    RandomStream stream(8, 0, i);
    ++sides[sample_shorter_side(config, stream)];
  }
  REQUIRE(sides.size() == 8);
  double chi_square = 0;
  for (const auto& [side, count] : sides) {
    CHECK((side >= 20 && side <= 27));
    chi_square += std::pow(count - kDraws / 8.0, 2) / (kDraws / 8.0);
  }
  CHECK(chi_square < 42);  // 7 degrees of freedom: one in two million
  RandomStream stream(8, 0, 1);
  RandomStream same_stream = stream;
  Sample sample{formula_picture({60, 40}, 3, 1), {}};
  transform.apply(sample, stream);
  CHECK(sample.picture.pixels().size() == shorter_side_size({60, 40}, sample_shorter_side(config, same_stream)));
}

TEST_CASE("a picture too thin for its shorter side to be scaled is a bad picture") {
  RandomStream stream(1, 2, 3);
  Sample sample{Image(65500, 1, CV_8UC3, cv::Scalar::all(0)), {}};
  CHECK_THROWS_AS(ResizeShorterSide({.size = 256}).apply(sample, stream), topfive::image::DecodeError);
}

TEST_CASE("center_crop puts a black border round a picture that is too small") {
  RandomStream stream(1, 2, 3);
  Sample sample{Image(3, 10, CV_8UC1, cv::Scalar(200)), {}};
  CenterCrop({.size = 6}).apply(sample, stream);
  Image expected(6, 6, CV_8UC1, cv::Scalar(0));
  expected.rowRange(1, 4).setTo(200);
  CHECK(same_pixels(sample.picture.pixels(), expected));
}

TEST_CASE("every place of a random crop is equally likely") {
  std::map<std::pair<int, int>, int> places;
  constexpr int kDraws = 20'000;
  for (int i = 0; i < kDraws; ++i) {
    RandomStream stream(5, 0, static_cast<std::uint64_t>(i));
    const cv::Rect window = sample_square({7, 6}, 0, 4, stream);
    REQUIRE(window.size() == cv::Size(4, 4));
    ++places[{window.x, window.y}];
  }
  REQUIRE(places.size() == 12);  // 4 columns, 3 rows
  double chi_square = 0;
  for (const auto& [place, count] : places) {
    CHECK(place.first <= 3);
    CHECK(place.second <= 2);
    chi_square += std::pow(count - kDraws / 12.0, 2) / (kDraws / 12.0);
  }
  CHECK(chi_square < 50);  // 11 degrees of freedom: one in a million
}

TEST_CASE("a padded random crop stays inside the border, and the picture keeps its pixels") {
  std::mt19937 random(22);
  for (int i = 0; i < 200; ++i) {
    const cv::Size picture = draw_size(random, 20);
    const int padding = static_cast<int>(random() % 6);
    const int size = 1 + static_cast<int>(random() % 20);
    CAPTURE(picture.width, picture.height, padding, size);
    RandomStream stream(9, 0, static_cast<std::uint64_t>(i));
    RandomStream same_stream = stream;
    const cv::Rect window = sample_square(picture, padding, size, stream);
    const int missing_width = std::max(0, size - picture.width - 2 * padding);
    CHECK(window.x >= -padding - (missing_width + 1) / 2);
    CHECK(window.br().x <= picture.width + padding + (missing_width + 1) / 2);
    const Image image = formula_picture(picture, 3, 2);
    Sample sample{image, {}};
    PadAndRandomCrop({.padding = padding, .size = size, .fill = 9}).apply(sample, same_stream);
    CHECK(same_pixels(sample.picture.pixels(), topfive::image::crop_with_border(image, window, 9)));
  }
}

TEST_CASE("random_crop keeps a small picture whole, in the middle of a black border") {
  RandomStream stream(1, 2, 3);
  Sample sample{Image(2, 3, CV_8UC3, cv::Scalar::all(50)), {}};
  RandomCrop({.size = 8}).apply(sample, stream);
  Image expected(8, 8, CV_8UC3, cv::Scalar::all(0));
  expected(cv::Rect(2, 3, 3, 2)).setTo(cv::Scalar::all(50));
  CHECK(same_pixels(sample.picture.pixels(), expected));
}
