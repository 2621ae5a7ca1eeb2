#include <algorithm>
#include <array>
#include <random>

#include "topfive/augment/random_resized_crop.h"
#include "topfive/image/crop.h"

#include "augment/window_histogram.h"
#include "image/golden_file.h"
#include "image/picture.h"
#include "support/catch.h"

using namespace topfive::augment;
using topfive::base::RandomStream;
using topfive::test::chi_square;
using topfive::test::count_window;
using topfive::test::WindowCounts;

namespace {

WindowCounts draw(cv::Size picture, int draws) {
  const RandomResizedCropConfig config;
  WindowCounts counts;
  for (int i = 0; i < draws; ++i) {
    RandomStream stream(2015, 0, static_cast<std::uint64_t>(i));
    const cv::Rect window = sample_window(picture, config, stream);
    count_window(window, picture, counts);
  }
  return counts;
}

bool inside(const cv::Rect& window, cv::Size picture) {
  return !window.empty() && (window & cv::Rect(cv::Point(), picture)) == window;
}

}  // namespace

TEST_CASE("random windows are distributed as torchvision's rule distributes them") {
  const auto golden = topfive::test::read_golden("torchvision_rules");
  REQUIRE(golden["random_resized_crop"].size() == 9);
  for (const auto& expected : golden["random_resized_crop"]) {
    const cv::Size picture(expected["picture"][0], expected["picture"][1]);
    const WindowCounts counts = draw(picture, golden["draws"]);
    for (const auto& [name, histogram] : counts) {
      CAPTURE(picture.width, picture.height, name);
      CHECK(chi_square(histogram, expected["counts"][name]) < 45);  // one in a million
    }
  }
}

TEST_CASE("a random window lies inside the picture, whatever the picture and the limits") {
  std::mt19937 random(31);
  const auto pick = [&random](int low, int high) {
    return low + static_cast<int>(random() % static_cast<unsigned>(high - low + 1));
  };
  for (int i = 0; i < 5000; ++i) {
    const cv::Size picture(pick(1, i % 2 == 0 ? 12 : 400), pick(1, i % 3 == 0 ? 12 : 400));
    RandomResizedCropConfig config;
    config.area = {pick(1, 50) / 100.0, pick(50, 100) / 100.0};
    config.aspect = {pick(1, 300) / 100.0, pick(300, 10'000) / 100.0};
    RandomStream stream(1, 0, static_cast<std::uint64_t>(i));
    const cv::Rect window = sample_window(picture, config, stream);
    CAPTURE(picture.width, picture.height, window.width, window.height);
    REQUIRE(inside(window, picture));
  }
}

TEST_CASE("windows that fit keep area and aspect within the limits, up to rounding") {
  const RandomResizedCropConfig config;
  for (int i = 0; i < 2000; ++i) {
    RandomStream stream(2, 0, static_cast<std::uint64_t>(i));
    const cv::Rect window = sample_window({500, 375}, config, stream);
    CHECK(window.area() >= 0.08 * 500 * 375 * 0.98);
    CHECK(window.width >= 0.75 * window.height - 1.5);
    CHECK(window.width <= 4.0 / 3.0 * window.height + 1.5);
  }
}

TEST_CASE("a picture that no window fits gets the largest centred one") {
  const RandomResizedCropConfig config{.size = 8, .area = {1.0, 1.0}};
  RandomStream stream(3, 0, 0);
  CHECK(sample_window({300, 30}, config, stream) == cv::Rect(130, 0, 40, 30));
  CHECK(sample_window({30, 300}, config, stream) == cv::Rect(0, 130, 30, 40));
}

TEST_CASE("random_resized_crop scales exactly the window that was drawn") {
  const RandomResizedCropConfig config{.size = 24};
  const auto picture = topfive::test::formula_picture({61, 47}, 3, 7);
  for (std::uint64_t id = 0; id < 20; ++id) {
    RandomStream stream(4, 0, id);
    const cv::Rect window = sample_window(picture.size(), config, stream);
    RandomStream same_stream(4, 0, id);
    Sample sample{picture, {}};
    RandomResizedCrop(config).apply(sample, same_stream);
    const auto expected = topfive::image::resize(topfive::image::crop(picture, window), {24, 24}, config.filter);
    CHECK(topfive::test::same_pixels(sample.picture.pixels(), expected));
  }
}
