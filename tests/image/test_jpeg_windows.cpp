// Windows of JPEG files against the same windows of the whole pictures.
#include <random>

#include "topfive/image/jpeg_reader.h"

#include "image/image_files.h"
#include "image/picture.h"
#include "support/catch.h"

using namespace topfive::test;
using namespace topfive::image;

namespace {

int below(std::mt19937& random, int n) { return static_cast<int>(random() % static_cast<unsigned>(n)); }

cv::Rect random_window(std::mt19937& random, cv::Size size) {
  const cv::Size part(1 + below(random, size.width), 1 + below(random, size.height));
  return {cv::Point(below(random, size.width - part.width + 1), below(random, size.height - part.height + 1)), part};
}

Image read_window(JpegReader& reader, const Bytes& file, const cv::Rect& window, int channels) {
  reader.open(file, 0);
  REQUIRE(reader.reads_windows(channels));
  reader.begin(window, channels);
  Image image(window.size(), CV_8UC(channels));
  for (int y = 0; y < window.height; ++y) {
    std::copy_n(reader.next_row(), image.step[0], image.ptr(y));
  }
  reader.close();
  return image;
}

JpegOptions random_options(std::mt19937& random) {
  JpegOptions options;
  options.quality = 20 + below(random, 80);
  options.progressive = below(random, 4) == 0;
  options.horizontal_sampling = 1 + below(random, 2);
  options.vertical_sampling = 1 + below(random, 2);
  options.restart_interval = below(random, 3) == 0 ? 1 + below(random, 9) : 0;
  return options;
}

}  // namespace

TEST_CASE("a window of a JPEG has the pixels of the whole picture") {
  std::mt19937 random(915);
  JpegReader reader;
  for (int i = 0; i < 200; ++i) {
    const cv::Size size(1 + below(random, 150), 1 + below(random, 150));
    const int file_channels = below(random, 5) == 0 ? 1 : 3;
    const Bytes file = make_jpeg(smooth_picture(size, file_channels), random_options(random));
    const int channels = file_channels == 1 && below(random, 2) == 0 ? 1 : 3;
    const Image whole = decode(file, channels);
    for (int n = 0; n < 20; ++n) {
      const cv::Rect window = random_window(random, size);
      CAPTURE(i, size, window, channels);
      REQUIRE(same_pixels(read_window(reader, file, window, channels), whole(window)));
    }
  }
}

TEST_CASE("readable end markers behind the file change no pixel") {
  std::mt19937 random(916);
  JpegReader reader;
  for (int i = 0; i < 50; ++i) {
    const cv::Size size(1 + below(random, 150), 1 + below(random, 150));
    Bytes file = make_jpeg(smooth_picture(size, 3), random_options(random));
    const std::size_t length = file.size();
    const Image whole = decode(file);
    for (int n = 0; n < 2048; ++n) file.insert(file.end(), {std::byte{0xff}, std::byte{0xd9}});
    const cv::Rect window = random_window(random, size);
    reader.open(std::span(file).first(length), 4096);
    reader.begin(window, 3);
    for (int y = 0; y < window.height; ++y) {
      const std::uint8_t* row = reader.next_row();
      const std::uint8_t* expected = whole.ptr(window.y + y) + std::ptrdiff_t{3} * window.x;
      REQUIRE(std::equal(row, row + std::ptrdiff_t{3} * window.width, expected));
    }
  }
}

TEST_CASE("files that windows would be wrong or costly for are read whole") {
  JpegReader reader;
  const Bytes wide = make_jpeg(smooth_picture({64, 40}, 3), {.horizontal_sampling = 4});
  reader.open(wide, 0);
  CHECK_FALSE(reader.reads_windows(3));
  CHECK(reader.read_whole().size() == cv::Size(64, 40));
  const Bytes cmyk = make_jpeg(smooth_picture({64, 40}, 4));
  reader.open(cmyk, 0);
  CHECK_FALSE(reader.reads_windows(3));
  const Bytes usual = make_jpeg(smooth_picture({64, 40}, 3));
  reader.open(usual, 0);
  CHECK(reader.reads_windows(3));
  CHECK_FALSE(reader.reads_windows(1));  // grey is computed from RGB
  reader.open(std::span(usual).first(usual.size() - 2), 0);
  CHECK_FALSE(reader.reads_windows(3));
  CHECK_THROWS_AS(reader.read_whole(), DecodeError);
}

TEST_CASE("a reader goes on after a damaged file") {
  JpegReader reader;
  const Bytes file = make_jpeg(smooth_picture({64, 40}, 3));
  Bytes damaged = file;
  std::fill(damaged.end() - 200, damaged.end() - 2, std::byte{0});
  const Image whole = decode(file);
  for (int i = 0; i < 3; ++i) {
    CHECK_THROWS_AS(read_window(reader, damaged, {0, 0, 64, 40}, 3), DecodeError);
    CHECK(same_pixels(read_window(reader, file, {3, 5, 30, 20}, 3), whole(cv::Rect(3, 5, 30, 20))));
  }
}

TEST_CASE("a picture never depends on the one that was read before it") {
  JpegReader reader;
  const Image picture = smooth_picture({64, 40}, 3);
  const Bytes before = make_jpeg(picture, {.quality = 30, .optimised = true});
  const Bytes file = make_jpeg(picture);
  const Bytes without_tables = without_huffman_tables(file);
  REQUIRE(without_tables.size() + 400 < file.size());
  const Image whole = decode(file);
  CHECK(same_pixels(decode(without_tables), whole));  // libjpeg's usual tables
  for (int i = 0; i < 3; ++i) {
    read_window(reader, before, {0, 0, 64, 40}, 3);
    CHECK(same_pixels(read_window(reader, without_tables, {0, 0, 64, 40}, 3), whole));
  }
}

TEST_CASE("a photo's size takes less than a MiB of scratch, and the next one no more") {
  JpegReader reader;
  const Bytes file = make_jpeg(smooth_picture({500, 375}, 3), {.horizontal_sampling = 2, .vertical_sampling = 2});
  read_window(reader, file, {100, 50, 300, 300}, 3);
  read_window(reader, file, {0, 0, 500, 375}, 3);
  const std::size_t before = reader.scratch_bytes();
  for (int i = 0; i < 5; ++i) read_window(reader, file, {0, 0, 500, 375}, 3);
  CHECK(reader.scratch_bytes() == before);
  CHECK(before < std::size_t{1} << 20U);
}
