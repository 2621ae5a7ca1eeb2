#include <random>

#include "topfive/image/crop.h"
#include "topfive/image/flip.h"

#include "image/picture.h"
#include "support/catch.h"

using namespace topfive::test;
using namespace topfive::image;

namespace {

// The definition, pixel by pixel.
cv::Vec3b expected_pixel(const Image& image, int x, int y, std::uint8_t fill) {
  const bool inside = x >= 0 && y >= 0 && x < image.cols && y < image.rows;
  return inside ? image.at<cv::Vec3b>(y, x) : cv::Vec3b::all(fill);
}

int differing_pixels(const Image& image, const cv::Rect& window, std::uint8_t fill) {
  const Image result = crop_with_border(image, window, fill);
  REQUIRE(result.size() == window.size());
  int differing = 0;
  for (int y = 0; y < window.height; ++y) {
    for (int x = 0; x < window.width; ++x) {
      const auto pixel = expected_pixel(image, window.x + x, window.y + y, fill);
      if (result.at<cv::Vec3b>(y, x) != pixel) ++differing;
    }
  }
  return differing;
}

}  // namespace

TEST_CASE("a window with a border has the picture's pixels inside and the fill outside") {
  std::mt19937 random(11);
  const Image image = formula_picture({23, 17}, 3, 2);
  const auto draw = [&random](int low, int high) {
    return low + static_cast<int>(random() % static_cast<unsigned>(high - low + 1));
  };
  for (int i = 0; i < 300; ++i) {
    const cv::Rect window(draw(-40, 40), draw(-40, 40), draw(1, 40), draw(1, 40));
    CAPTURE(window.x, window.y, window.width, window.height);
    CHECK(differing_pixels(image, window, static_cast<std::uint8_t>(random())) == 0);
  }
}

TEST_CASE("a plain crop shares the pixels of the picture") {
  const Image image = formula_picture({23, 17}, 3, 2);
  const Image view = crop(image, {4, 5, 7, 8});
  CHECK(view.ptr(0) == image.ptr(5, 4));
  CHECK(same_pixels(view, crop_with_border(image, {4, 5, 7, 8}, 0)));
}

TEST_CASE("a flip exchanges left and right, and a second flip undoes it") {
  const int channels = GENERATE(1, 3);
  const Image image = formula_picture({23, 17}, channels, 2);
  const Image flipped = flip_horizontally(image);
  for (int x = 0; x < image.cols; ++x) {
    CHECK(same_pixels(flipped.col(x), image.col(image.cols - 1 - x)));
  }
  CHECK(same_pixels(flip_horizontally(flipped), image));
}
