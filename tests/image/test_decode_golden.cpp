// Decoding against Pillow, which shares the libjpeg-turbo lineage but none of our code.
#include <algorithm>

#include "topfive/image/decode.h"

#include "image/golden_file.h"
#include "support/catch.h"

using topfive::image::decode;
using topfive::image::Image;
using topfive::test::bytes_from_hex;

namespace {

int largest_difference(const Image& image, const std::vector<std::byte>& expected) {
  int largest = 0;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    largest = std::max(largest, std::abs(int{image.data[i]} - std::to_integer<int>(expected[i])));
  }
  return largest;
}

void check_pixels(const Image& image, const nlohmann::json& expected, int channels, const std::string& key) {
  const auto pixels = bytes_from_hex(expected[key]);
  REQUIRE(image.channels() == channels);
  REQUIRE(image.cols == expected["width"]);
  REQUIRE(image.rows == expected["height"]);
  REQUIRE(pixels.size() == image.total() * image.elemSize());
  CHECK(largest_difference(image, pixels) == 0);
}

}  // namespace

TEST_CASE("files decode to the pixels that Pillow reads, in colour and in grey") {
  const auto golden = topfive::test::read_golden("pil_decode");
  REQUIRE(golden["cases"].size() == 21);
  for (const auto& expected : golden["cases"]) {
    CAPTURE(expected["name"]);
    const auto file = bytes_from_hex(expected["file"]);
    check_pixels(decode(file, 3), expected, 3, "rgb");
    check_pixels(decode(file, 1), expected, 1, "grey");
  }
}
