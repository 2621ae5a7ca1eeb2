// Where rows of units begin: the index itself, and windows that are read by it.
#include <random>

#include "topfive/image/jpeg/row_index.h"
#include "topfive/image/jpeg_reader.h"

#include "image/image_files.h"
#include "image/picture.h"
#include "support/catch.h"

using namespace topfive::test;
using namespace topfive::image;
using jpeg::RowIndex;
using jpeg::RowIndexWriter;
using jpeg::ScanPlace;
using jpeg::UnitGrid;

namespace {

constexpr UnitGrid kGrid{.columns = 5, .rows = 3, .components = 3};
constexpr std::size_t kScanBytes = 1000;

// Places at the units 0, 2 and 4 of each row.
std::vector<ScanPlace> places() {
  return {{0, {0, 0, 0}},    {100, {5, -1, 300}}, {101, {5, -1, -32768}}, {700, {-3, 0, 32767}}, {7000, {0, 0, 0}},
          {7001, {1, 1, 1}}, {7100, {2, 2, 2}},   {7200, {3, 3, 3}},      {8000, {4, 4, 4}}};
}

std::vector<std::byte> written(int step, const std::vector<ScanPlace>& places) {
  RowIndexWriter writer(step, kGrid.components);
  for (const ScanPlace& place : places) writer.add(place);
  return writer.take();
}

bool same(const ScanPlace& a, const ScanPlace& b) { return a.bit == b.bit && a.dc == b.dc; }

Image read_window(JpegReader& reader, const Bytes& file, std::span<const std::byte> index, const cv::Rect& window) {
  reader.open(file, 0);
  reader.use_index(index);
  reader.begin(window, 3);
  Image image(window.size(), CV_8UC3);
  for (int y = 0; y < window.height; ++y) std::copy_n(reader.next_row(), image.step[0], image.ptr(y));
  reader.close();
  return image;
}

Bytes index_of(const Bytes& file, int step) {
  JpegReader reader;
  reader.open(file, 0);
  return reader.make_index(step);
}

}  // namespace

TEST_CASE("an index gives back the places that were written") {
  const auto all = places();
  RowIndex index;
  REQUIRE(index.read(written(2, all), kGrid, 3, kScanBytes));
  for (int row = 0; row < 3; ++row) {
    for (int column = 0; column < 5; ++column) {
      CAPTURE(row, column);
      const RowIndex::Start start = index.before(row, column);
      CHECK(start.column == column / 2 * 2);
      CHECK(same(start.place, all[static_cast<std::size_t>(3 * row + column / 2)]));
    }
  }
  CHECK(index.end_bit(0, 1) == 100);
  CHECK(index.end_bit(0, 2) == 100);
  CHECK(index.end_bit(0, 5) == 700);             // the next row
  CHECK(index.end_bit(2, 5) == kScanBytes * 8);  // there is none
}

TEST_CASE("an index of rows has one place a row, and is read only as far as it is needed") {
  const std::vector<ScanPlace> rows = {{0, {0, 0, 0}}, {700, {1, 2, 3}}, {8000, {-1, -2, -3}}};
  Bytes bytes = written(0, rows);
  RowIndex index;
  REQUIRE(index.read(bytes, kGrid, 1, kScanBytes));
  CHECK(index.before(0, 4).column == 0);
  CHECK(index.end_bit(0, 3) == 700);
  bytes.resize(bytes.size() - 1);
  CHECK(index.read(bytes, kGrid, 1, kScanBytes));
  CHECK_FALSE(index.read(bytes, kGrid, 3, kScanBytes));
}

TEST_CASE("what is no index of the picture is refused") {
  RowIndex index;
  const Bytes bytes = written(2, places());
  REQUIRE(index.read(bytes, kGrid, 3, kScanBytes));
  SECTION("cut off anywhere") {
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      CHECK_FALSE(index.read(std::span(bytes).first(size), kGrid, 3, kScanBytes));
    }
  }
  SECTION("a place behind the end of the scan") { CHECK_FALSE(index.read(bytes, kGrid, 3, 999)); }
  SECTION("a step that is wider than a row") {
    CHECK_FALSE(index.read(written(6, places()), kGrid, 3, kScanBytes));
    CHECK_FALSE(index.read(Bytes(40, std::byte{0xff}), kGrid, 3, kScanBytes));
  }
  SECTION("a prediction that has more than 16 bits") {
    Bytes sums = written(2, {{0, {0, 0, 0}}, {1, {32767, 0, 0}}});
    const Bytes more = {std::byte{1}, std::byte{2}, std::byte{0}, std::byte{0}};  // one bit on, and one above
    for (int i = 0; i < 7; ++i) sums.insert(sums.end(), more.begin(), more.end());
    CHECK_FALSE(index.read(sums, kGrid, 3, kScanBytes));
  }
  SECTION("a number without an end") {
    Bytes endless = written(2, {{0, {0, 0, 0}}});
    endless.resize(200, std::byte{0x80});
    CHECK_FALSE(index.read(endless, kGrid, 3, kScanBytes));
  }
  SECTION("places for which the bytes cannot pay take no memory") {
    RowIndex large;
    CHECK_FALSE(large.read(bytes, {.columns = 8000, .rows = 8000, .components = 3}, 8000, kScanBytes));
    CHECK(large.scratch_bytes() == 0);
  }
}

TEST_CASE("files that are not ours, and damaged ones, have no index") {
  const Image picture = smooth_picture({64, 40}, 3);
  CHECK_FALSE(index_of(make_jpeg(picture), 0).empty());
  CHECK(index_of(make_jpeg(picture, {.progressive = true}), 0).empty());
  CHECK(index_of(make_jpeg(smooth_picture({64, 40}, 4)), 0).empty());
  Bytes damaged = make_jpeg(picture);
  std::fill(damaged.end() - 200, damaged.end() - 2, std::byte{0});
  CHECK(index_of(damaged, 0).empty());
  JpegReader libjpeg(JpegDecoder::kLibjpeg);
  const Bytes file = make_jpeg(picture);
  libjpeg.open(file, 0);
  CHECK(libjpeg.make_index(0).empty());
}

TEST_CASE("an index of another picture never leads outside of the file") {
  const Bytes other = index_of(make_jpeg(smooth_picture({160, 120}, 3)), 3);
  const Bytes file = make_jpeg(smooth_picture({161, 119}, 3), {.quality = 20});
  JpegReader reader;
  for (int y = 0; y < 119; y += 7) {
    try {
      read_window(reader, file, other, {5, y, 150, 119 - y});
    } catch (const DecodeError&) {  // as good as any pixels
    }
  }
  const Image whole = decode(file);
  CHECK(same_pixels(read_window(reader, file, {}, {5, 7, 150, 100}), whole(cv::Rect(5, 7, 150, 100))));
}

TEST_CASE("reading by an index takes no more memory from picture to picture") {
  const Bytes file = make_jpeg(smooth_picture({500, 375}, 3), {.horizontal_sampling = 2, .vertical_sampling = 2});
  const Bytes index = index_of(file, 4);
  JpegReader reader;
  read_window(reader, file, index, {0, 0, 500, 375});
  const std::size_t before = reader.scratch_bytes();
  for (int i = 0; i < 5; ++i) read_window(reader, file, index, {10 * i, 20 * i, 400, 200});
  CHECK(reader.scratch_bytes() == before);
  CHECK(before < std::size_t{1} << 20U);
}
