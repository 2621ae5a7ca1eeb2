#include <algorithm>

#include "topfive/augment/random_erasing.h"

#include "augment/window_histogram.h"
#include "image/golden_file.h"
#include "image/picture.h"
#include "support/catch.h"

using namespace topfive::augment;
using topfive::base::RandomStream;
using topfive::image::Image;
using topfive::test::chi_square;
using topfive::test::count_window;
using topfive::test::WindowCounts;

namespace {

WindowCounts draw(cv::Size picture, int draws) {
  const RandomErasingConfig config{.probability = 1};
  WindowCounts counts;
  for (int i = 0; i < draws; ++i) {
    RandomStream stream(2017, 0, static_cast<std::uint64_t>(i));
    const cv::Rect window = sample_erasing(picture, config, stream);
    if (!window.empty()) count_window(window, picture, counts);
  }
  return counts;
}

Image erased(const RandomErasingConfig& config, const Image& picture, std::uint64_t id) {
  RandomStream stream(3, 0, id);
  Sample sample{picture, {}};
  RandomErasing(config).apply(sample, stream);
  return sample.picture.pixels().clone();
}

}  // namespace

TEST_CASE("rectangles are distributed as torchvision draws them") {
  const auto golden = topfive::test::read_golden("random_erasing");
  REQUIRE(golden["cases"].size() == 3);
  for (const auto& expected : golden["cases"]) {
    const cv::Size picture(expected["picture"][0], expected["picture"][1]);
    for (const auto& [name, histogram] : draw(picture, golden["draws"])) {
      CAPTURE(picture.width, picture.height, name);
      CHECK(chi_square(histogram, expected["counts"][name]) < 45);  // one in a million
    }
  }
}

TEST_CASE("a picture is erased as often as the probability says") {
  const RandomErasingConfig config{.probability = 0.25};
  int count = 0;
  for (std::uint64_t id = 0; id < 8000; ++id) {
    RandomStream stream(4, 0, id);
    count += sample_erasing({224, 224}, config, stream).empty() ? 0 : 1;
  }
  CHECK(std::abs(count - 2000) < 200);  // 5 sigma
}

TEST_CASE("what is covered has the colour, what is not stays as it is") {
  const RandomErasingConfig config{.probability = 1, .colour = {124, 116, 104}};
  const Image picture(50, 60, CV_8UC3, cv::Scalar::all(250));
  for (std::uint64_t id = 0; id < 20; ++id) {
    RandomStream stream(3, 0, id);
    Image expected = picture.clone();
    expected(sample_erasing(picture.size(), config, stream)).setTo(cv::Scalar(124, 116, 104));
    CHECK(topfive::test::same_pixels(erased(config, picture, id), expected));
  }
  CHECK(cv::countNonZero(picture.reshape(1) != 250) == 0);
}

TEST_CASE("noise covers the same rectangle with every pixel on its own") {
  const RandomErasingConfig config{.probability = 1, .area = {0.2, 0.3}, .fill = EraseWith::kNoise};
  const Image picture(60, 60, CV_8UC1, cv::Scalar(255));
  RandomStream stream(3, 0, 1);
  const cv::Rect window = sample_erasing(picture.size(), config, stream);
  const Image result = erased(config, picture, 1);
  Image outside = result.clone();
  outside(window).setTo(255);
  CHECK(cv::countNonZero(outside != 255) == 0);
  cv::Scalar mean;
  cv::Scalar deviation;
  cv::meanStdDev(result(window), mean, deviation);
  CHECK(mean[0] == Approx(124).margin(12));
  CHECK(deviation[0] > 40);
  CHECK(topfive::test::same_pixels(erased(config, picture, 1), result));
}

TEST_CASE("pictures of a few pixels can be given") {
  const cv::Size size = GENERATE(cv::Size(1, 1), cv::Size(2, 1), cv::Size(3, 3));
  for (std::uint64_t id = 0; id < 50; ++id) {
    CHECK(erased({.probability = 1}, Image(size, CV_8UC3, cv::Scalar::all(1)), id).size() == size);
  }
}
