#include "topfive/image/colour.h"

#include "image/adjust.h"
#include "image/golden_file.h"
#include "image/picture.h"
#include "support/catch.h"

using namespace topfive::test;
using namespace topfive::image;

namespace {

Image apply(const std::string& operation, const Image& image, float factor) {
  if (operation == "brightness") return adjust_brightness(image, factor);
  if (operation == "contrast") return adjust_contrast(image, factor);
  if (operation == "saturation") return adjust_saturation(image, factor);
  if (operation == "grey") return rgb_to_grey(image);
  throw std::logic_error("unknown operation " + operation);
}

}  // namespace

TEST_CASE("colour adjustments give Pillow's pixels, bit for bit") {
  const auto golden = read_golden("pil_colour");
  REQUIRE(golden["cases"].size() == 240);
  for (const auto& expected : golden["cases"]) {
    CAPTURE(expected);
    const Image picture =
        formula_picture({expected["size"][0], expected["size"][1]}, expected["channels"], expected["seed"]);
    CHECK(checksum(apply(expected["operation"], picture, expected["factor"])) == expected["crc32"]);
  }
}

TEST_CASE("a factor of one gives the picture back") {
  const std::string operation = GENERATE("brightness", "contrast", "saturation");
  const Image picture = formula_picture({25, 14}, 3, 10);
  CHECK(same_pixels(apply(operation, picture, 1.0F), picture));
}

TEST_CASE("saturation leaves grey pixels alone") {
  const Image grey = grey_to_rgb(formula_picture({25, 14}, 1, 10));
  const float factor = GENERATE(0.0F, 0.3F, 1.7F);
  CHECK(same_pixels(adjust_saturation(grey, factor), grey));
}

TEST_CASE("grey to colour and back is the same picture") {
  const Image grey = formula_picture({16, 16}, 1, 1);
  CHECK(same_pixels(rgb_to_grey(grey_to_rgb(grey)), grey));
}

TEST_CASE("colour adjustments work on views and leave their input alone") {
  const std::string operation = GENERATE("brightness", "contrast", "saturation", "grey");
  const Image picture = formula_picture({40, 30}, 3, 7);
  const Image copy = picture.clone();
  const Image view = picture(cv::Rect(5, 6, 20, 11));
  CHECK(same_pixels(apply(operation, view, 1.4F), apply(operation, view.clone(), 1.4F)));
  CHECK(same_pixels(picture, copy));
}
