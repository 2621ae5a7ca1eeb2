#include <algorithm>
#include <cmath>
#include <fstream>
#include <iterator>

#include "topfive/augment/pixel_op.h"

#include "image/golden_file.h"
#include "image/picture.h"
#include "support/catch.h"

using namespace topfive::augment;
using topfive::image::Image;
using topfive::test::checksum;
using topfive::test::formula_picture;
using topfive::test::same_pixels;

namespace {

Op op_named(const std::string& name) {
  for (const auto& [known, op] : op_names()) {
    if (known == name) return op;
  }
  throw std::logic_error("unknown operation " + name);
}

Image picture_of(const nlohmann::json& test) {
  const Image picture = formula_picture({test["size"][0], test["size"][1]}, test["channels"], test["seed"]);
  if (!test["pale"]) return picture;
  Image pale = picture.clone();
  std::transform(pale.datastart, pale.dataend, pale.data,
                 [](std::uint8_t value) { return static_cast<std::uint8_t>(value / 2 + 50); });
  return pale;
}

Image applied(const PixelOp& op, const topfive::image::AffineOptions& options, const Image& picture) {
  topfive::image::Picture changed(picture);
  apply(op, options, changed);
  return changed.pixels();
}

Image result_of(const nlohmann::json& test, const Image& picture) {
  topfive::image::AffineOptions options;
  if (test["interpolation"] == "bilinear") options.interpolation = topfive::image::Interpolation::kBilinear;
  if (!test["fill"].empty()) options.fill = test["fill"].get<topfive::image::Colour>();
  return applied({op_named(test["op"]), test["argument"]}, options, picture);
}

// The middle between two pixels, up to the rounding of float32. torchvision computes places by a matrix product, so
// there its choice depends on the processor: 30 degrees, whose sine is a half, has such places on the middle row.
bool is_between_pixels(double place) { return std::abs(place - 0.5 - std::floor(place - 0.5) - 0.5) < 1e-4; }

// Of a rotated picture, pixels for which the nearest one is not defined.
Image undecided_pixels(double degrees, cv::Size size) {
  const auto map = topfive::image::rotation(degrees, size);
  Image undecided(size, CV_8UC1, cv::Scalar(0));
  for (int y = 0; y < size.height; ++y) {
    for (int x = 0; x < size.width; ++x) {
      const double place_x = map.xx * (x + 0.5) + map.xy * (y + 0.5) + map.x0;
      const double place_y = map.yx * (x + 0.5) + map.yy * (y + 0.5) + map.y0;
      if (is_between_pixels(place_x) || is_between_pixels(place_y)) undecided.at<std::uint8_t>(y, x) = 255;
    }
  }
  return undecided;
}

// What a picture may differ in does not count.
void even_out_undecided(const nlohmann::json& test, Image& result) {
  if (test["op"] != "Rotate" || test["interpolation"] != "nearest") return;
  result.setTo(0, undecided_pixels(test["argument"], result.size()));
}

}  // namespace

TEST_CASE("operations agree with torchvision's on uint8 tensors to one grey level") {
  const auto golden = topfive::test::read_golden("auto_augment");
  std::ifstream file(topfive::tests::golden_path("auto_augment.bin"), std::ios::binary);
  std::vector<std::uint8_t> blob((std::istreambuf_iterator<char>(file)), {});
  REQUIRE(golden["cases"].size() == 114);
  for (const auto& test : golden["cases"]) {
    CAPTURE(test);
    Image result = result_of(test, picture_of(test));
    const std::size_t bytes = result.total() * result.elemSize();
    REQUIRE(test["offset"].get<std::size_t>() + bytes <= blob.size());
    Image expected(result.size(), result.type(), blob.data() + test["offset"].get<std::size_t>());
    even_out_undecided(test, result);
    even_out_undecided(test, expected);
    CHECK(cv::norm(result, expected, cv::NORM_INF) <= 1);
  }
}

TEST_CASE("operations on colours have the bits of torchvision's Pillow backend") {
  const auto golden = topfive::test::read_golden("auto_augment");
  const std::vector<std::string> colours = {"Brightness", "Color",    "Contrast",     "Sharpness", "Posterize",
                                            "Solarize",   "Equalize", "AutoContrast", "Invert"};
  int count = 0;
  for (const auto& test : golden["cases"]) {
    if (std::find(colours.begin(), colours.end(), test["op"]) == colours.end()) continue;
    CAPTURE(test);
    CHECK(checksum(result_of(test, picture_of(test))) == test["pil_crc32"]);
    ++count;
  }
  CHECK(count == 46);
}

TEST_CASE("no operation writes into the picture that it gets, or reads beside a view") {
  const Image picture = formula_picture({60, 50}, 3, 7);
  const Image copy = picture.clone();
  const Image view = picture(cv::Rect(5, 6, 33, 21));
  for (const auto& [name, op] : op_names()) {
    for (const double argument : {0.4, 1.7, 3.0}) {
      CAPTURE(name, argument);
      CHECK(same_pixels(applied({op, argument}, {}, view), applied({op, argument}, {}, view.clone())));
    }
  }
  CHECK(same_pixels(picture, copy));
}

TEST_CASE("operations keep grey pictures grey") {
  const Image picture = formula_picture({33, 21}, 1, 7);
  for (const auto& [name, op] : op_names()) {
    CAPTURE(name);
    CHECK(applied({op, 1.7}, {}, picture).type() == CV_8UC1);
  }
  CHECK(same_pixels(applied({Op::kColour, 0.1}, {}, picture), picture));
}

TEST_CASE("arguments that change nothing give the same pixels back") {
  const Image picture = formula_picture({33, 21}, 3, 7);
  const PixelOp op = GENERATE(PixelOp{Op::kShearX, 0}, PixelOp{Op::kTranslateY, 0}, PixelOp{Op::kRotate, 0},
                              PixelOp{Op::kSharpness, 1}, PixelOp{Op::kColour, 1}, PixelOp{Op::kPosterize, 8},
                              PixelOp{Op::kSolarize, 256}, PixelOp{Op::kSolarizeAdd, 0}, PixelOp{Op::kIdentity, 5});
  CHECK(applied(op, {}, picture).data == picture.data);
}
