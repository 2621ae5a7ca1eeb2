#include <cmath>
#include <random>

#include "topfive/image/affine.h"
#include "topfive/image/bilinear_pixel.h"

#include "image/picture.h"
#include "support/catch.h"

using namespace topfive::image;
using topfive::test::formula_picture;
using topfive::test::same_pixels;

namespace {

Image warped(const Image& from, const InverseAffine& map, const AffineOptions& options = {}) {
  Image to;
  affine(from, map, options, to);
  return to;
}

// The mean of four pixels in float32, as the definition says; black outside.
double bilinear_value(const Image& from, double x, double y, int channel) {
  const auto pixel = [&](int column, int row) {
    if (column < 0 || row < 0 || column >= from.cols || row >= from.rows) return 0.0;
    return static_cast<double>(from.ptr(row)[column * from.channels() + channel]);
  };
  const int left = static_cast<int>(std::floor(x));
  const int top = static_cast<int>(std::floor(y));
  const double right = x - left;
  const double down = y - top;
  return (1 - down) * ((1 - right) * pixel(left, top) + right * pixel(left + 1, top)) +
         down * ((1 - right) * pixel(left, top + 1) + right * pixel(left + 1, top + 1));
}

}  // namespace

TEST_CASE("the identity gives the picture back") {
  const auto interpolation = GENERATE(Interpolation::kNearest, Interpolation::kBilinear);
  const int channels = GENERATE(1, 3);
  const Image picture = formula_picture({300, 40}, channels, 4);
  CHECK(same_pixels(warped(picture, {}, {.interpolation = interpolation, .fill = {}}), picture));
}

TEST_CASE("a shift moves pixels to the right and down and fills what becomes free") {
  const auto interpolation = GENERATE(Interpolation::kNearest, Interpolation::kBilinear);
  const Image picture = formula_picture({20, 10}, 3, 4);
  const Colour fill = {9, 8, 7};
  const Image moved = warped(picture, translation(3, -2), {.interpolation = interpolation, .fill = fill});
  CHECK(same_pixels(moved(cv::Rect(3, 0, 17, 8)), picture(cv::Rect(0, 2, 17, 8))));
  CHECK(same_pixels(moved(cv::Rect(0, 0, 3, 10)), Image(10, 3, CV_8UC3, cv::Scalar(9, 8, 7))));
  CHECK(same_pixels(moved(cv::Rect(0, 8, 20, 2)), Image(2, 20, CV_8UC3, cv::Scalar(9, 8, 7))));
}

TEST_CASE("a shift by more than the picture leaves nothing of it") {
  const auto interpolation = GENERATE(Interpolation::kNearest, Interpolation::kBilinear);
  const auto map = GENERATE(translation(50, 0), translation(-50, 0), translation(0, 30), translation(0, -30));
  const Image picture(10, 20, CV_8UC3, cv::Scalar::all(200));
  CHECK(cv::countNonZero(warped(picture, map, {.interpolation = interpolation, .fill = {}}).reshape(1)) == 0);
}

TEST_CASE("a quarter turn is counter-clockwise and keeps every pixel of a square") {
  const auto interpolation = GENERATE(Interpolation::kNearest, Interpolation::kBilinear);
  const Image picture = formula_picture({31, 31}, 3, 4);
  const Image turned = warped(picture, rotation(90, picture.size()), {.interpolation = interpolation, .fill = {}});
  Image expected;
  cv::rotate(picture, expected, cv::ROTATE_90_COUNTERCLOCKWISE);
  const double most = interpolation == Interpolation::kNearest ? 0 : 1;
  CHECK(cv::norm(turned(cv::Rect(1, 1, 29, 29)), expected(cv::Rect(1, 1, 29, 29)), cv::NORM_INF) <= most);
}

TEST_CASE("a shear moves each row by its distance from the upper edge") {
  const Image picture = formula_picture({40, 12}, 1, 4);
  const Image sheared = warped(picture, shear_rows(1));
  for (int y = 0; y < 11; ++y) {
    // Row y lies y + 0.5 pixels below the edge; the place between two pixels goes to the even one.
    const int shift = static_cast<int>(std::nearbyint(y + 0.5));
    if (shift != y) continue;
    CHECK(same_pixels(sheared(cv::Rect(0, y, 20, 1)), picture(cv::Rect(shift, y, 20, 1))));
  }
}

TEST_CASE("bilinear pixels are the weighted mean of four") {
  std::mt19937 random(3);
  for (int trial = 0; trial < 40; ++trial) {
    const cv::Size size(1 + static_cast<int>(random() % 40), 1 + static_cast<int>(random() % 40));
    const Image picture = formula_picture(size, trial % 2 == 0 ? 3 : 1, random());
    const double degrees = static_cast<double>(random() % 3600) / 10;
    const InverseAffine map = rotation(degrees, size);
    const Image turned = warped(picture, map, {.interpolation = Interpolation::kBilinear, .fill = {}});
    double farthest = 0;
    for (int y = 0; y < size.height; ++y) {
      for (int x = 0; x < size.width; ++x) {
        const double place_x = map.xx * (x + 0.5) + map.xy * (y + 0.5) + map.x0 - 0.5;
        const double place_y = map.yx * (x + 0.5) + map.yy * (y + 0.5) + map.y0 - 0.5;
        const double got = turned.ptr(y)[x * turned.channels()];
        farthest = std::max(farthest, std::abs(got - bilinear_value(picture, place_x, place_y, 0)));
      }
    }
    CAPTURE(size.width, size.height, degrees);
    CHECK(farthest <= 1.0);
  }
}

TEST_CASE("four colours at once have the bits of one after the other") {
  std::mt19937 random(4);
  std::array<std::uint8_t, 2 * 16> pixels{};
  for (int trial = 0; trial < 5000; ++trial) {
    for (auto& value : pixels) value = static_cast<std::uint8_t>(trial % 2 == 0 ? random() : 255 * (random() % 2));
    const auto x = static_cast<std::int32_t>(random() % 2048);
    const auto y = static_cast<std::int32_t>(random() % 2048);
    std::array<std::uint8_t, 3> fast{};
    std::array<std::uint8_t, 3> plain{};
    mix_four<3>(pixels.data(), 16, x, y, fast.data());
    mix_four_plainly<3>(pixels.data(), 16, x, y, plain.data());
    REQUIRE(fast == plain);
  }
}

TEST_CASE("views of a larger picture are warped as if nothing were round them") {
  const auto interpolation = GENERATE(Interpolation::kNearest, Interpolation::kBilinear);
  const Image picture = formula_picture({60, 50}, 3, 4);
  const Image view = picture(cv::Rect(7, 5, 31, 22));
  const AffineOptions options = {.interpolation = interpolation, .fill = Colour{1, 2, 3}};
  for (const InverseAffine& map : {rotation(33, view.size()), shear_rows(-0.4), shear_columns(0.7)}) {
    CHECK(same_pixels(warped(view, map, options), warped(view.clone(), map, options)));
  }
}

TEST_CASE("pictures of a few pixels can be warped") {
  const cv::Size size = GENERATE(cv::Size(1, 1), cv::Size(2, 1), cv::Size(1, 3), cv::Size(2, 2), cv::Size(3, 2));
  const int channels = GENERATE(1, 3);
  const auto interpolation = GENERATE(Interpolation::kNearest, Interpolation::kBilinear);
  const Image picture = formula_picture(size, channels, 4);
  const Image turned = warped(picture, rotation(180, size), {.interpolation = interpolation, .fill = {}});
  Image expected;
  cv::rotate(picture, expected, cv::ROTATE_180);
  CHECK(cv::norm(turned, expected, cv::NORM_INF) <= 1);
}
