// That made-up JPEG files are what they say, and that comparing decoders notices what it should.
#include <algorithm>
#include <array>
#include <cstdio>
#include <numeric>

#include <jpeglib.h>

#include "image/jpeg_cases.h"
#include "image/jpeg_coefficients.h"
#include "image/jpeg_differential.h"
#include "image/jpeg_fuzz_seeds.h"
#include "image/jpeg_mutations.h"
#include "image/random_choice.h"
#include "support/catch.h"

using namespace topfive::test;
using namespace topfive::image;

namespace {

std::vector<std::uint8_t> first_symbols(int count) {
  std::vector<std::uint8_t> symbols(static_cast<std::size_t>(count));
  std::iota(symbols.begin(), symbols.end(), std::uint8_t{0});
  return symbols;
}

// Of all codes, in codes of 16 bits.
int room_taken(const HuffmanTable& table) {
  int room = 0;
  for (std::size_t i = 0; i < table.counts.size(); ++i) room += table.counts[i] << (15 - i);
  return room;
}

JpegStream grey_stream(std::mt19937& random, const CoefficientStyle& style) {
  JpegStream stream;
  stream.size = {8 * (1 + pick(random, 9)), 8 * (1 + pick(random, 9))};
  stream.components = 1;
  stream.code_lengths = static_cast<CodeLengths>(pick(random, 4));
  for (QuantisationTable& table : stream.quantisation) table.steps.fill(1);
  fill_blocks(stream, style, random);
  return stream;
}

// Of a grey file, block by block in natural order, as libjpeg reads them.
std::vector<std::array<int, 64>> coefficients_of(const Bytes& file) {
  jpeg_error_mgr errors{};
  jpeg_decompress_struct codec{};
  codec.err = jpeg_std_error(&errors);
  jpeg_create_decompress(&codec);
  jpeg_mem_src(&codec, reinterpret_cast<const unsigned char*>(file.data()), file.size());
  jpeg_read_header(&codec, TRUE);
  jvirt_barray_ptr* arrays = jpeg_read_coefficients(&codec);
  std::vector<std::array<int, 64>> blocks;
  const auto common = reinterpret_cast<j_common_ptr>(&codec);
  for (JDIMENSION row = 0; row < codec.comp_info[0].height_in_blocks; ++row) {
    const JBLOCKARRAY line = codec.mem->access_virt_barray(common, arrays[0], row, 1, FALSE);
    for (JDIMENSION column = 0; column < codec.comp_info[0].width_in_blocks; ++column) {
      std::copy_n(line[0][column], 64, blocks.emplace_back().begin());
    }
  }
  const long warnings = errors.num_warnings;
  jpeg_destroy_decompress(&codec);
  REQUIRE(warnings == 0);
  return blocks;
}

JpegAnswer answer(std::vector<std::uint8_t> pixels, int rows, const std::string& error = "") {
  return {"8x8, 1 components", std::move(pixels), rows, error, true};
}

}  // namespace

TEST_CASE("Huffman tables leave the code of all ones free, whatever their lengths") {
  std::mt19937 random(1);
  for (int i = 0; i < 400; ++i) {
    const int count = 1 + pick(random, 256);
    const auto lengths = static_cast<CodeLengths>(i % 4);
    const HuffmanTable table = make_huffman_table(first_symbols(count), lengths, random);
    CAPTURE(i, count);
    CHECK(std::accumulate(table.counts.begin(), table.counts.end(), 0) == count);
    CHECK(room_taken(table) < 65536);
  }
}

TEST_CASE("steep tables have a code of each length, and the longest have 16 bits only") {
  std::mt19937 random(2);
  const HuffmanTable steep = make_huffman_table(first_symbols(40), CodeLengths::kSteep, random);
  for (std::size_t i = 0; i < 9; ++i) CHECK(steep.counts[i] == 1);
  CHECK(steep.counts[15] > 10);
  CHECK(make_huffman_table(first_symbols(200), CodeLengths::kLongest, random).counts[15] == 200);
}

TEST_CASE("a written JPEG has the coefficients that were asked for, of every kind and size") {
  constexpr std::array<int, 64> kZigzag = {0,  1,  8,  16, 9,  2,  3,  10, 17, 24, 32, 25, 18, 11, 4,  5,
                                           12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6,  7,  14, 21, 28,
                                           35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51,
                                           58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63};
  std::mt19937 random(3);
  for (int i = 0; i < 120; ++i) {
    CoefficientStyle style = random_style(random);
    style.kind = static_cast<CoefficientKind>(i % kCoefficientKinds);
    style.dc_overflows = false;
    JpegStream stream = grey_stream(random, style);
    stream.zeros_before_end = i % 2 == 0;
    CAPTURE(i, describe(style));
    const auto blocks = coefficients_of(write_jpeg(stream, random));
    REQUIRE(blocks.size() == stream.blocks.size());
    int dc = 0;
    for (std::size_t n = 0; n < blocks.size(); ++n) {
      dc += stream.blocks[n][0];
      REQUIRE(blocks[n][0] == dc);
      for (std::size_t k = 1; k < 64; ++k) {
        REQUIRE(blocks[n][static_cast<std::size_t>(kZigzag[k])] == stream.blocks[n][k]);
      }
    }
  }
}

TEST_CASE("random JPEG files are sound, and our own decoder makes most of them") {
  std::mt19937 random(4);
  JpegDifferential differential;
  for (int i = 0; i < 300; ++i) {
    const JpegCase made = random_jpeg(random, i % 2 == 0 ? CaseSize::kTiny : CaseSize::kUsual);
    CAPTURE(i, made.description);
    REQUIRE(differential.check(made.file, JpegRequest(0x14)).empty());
    REQUIRE(differential.counts().errors == 0);
  }
  CHECK(differential.counts().own > 200);
}

TEST_CASE("another header, error, number of rows or sample is a difference") {
  const JpegAnswer whole = answer({1, 2, 3, 4}, 2);
  CHECK(difference(whole, answer({1, 2, 3, 4}, 2)).empty());
  CHECK(difference(whole, answer({1, 2, 3, 5}, 2)) == "row 1, byte 1: 5 instead of 4");
  CHECK_FALSE(difference(whole, answer({1, 2}, 1)).empty());
  CHECK_FALSE(difference(whole, answer({1, 2}, 1, "bad code")).empty());
  JpegAnswer other = whole;
  other.header = "8x9, 1 components";
  CHECK_FALSE(difference(whole, other).empty());
  const JpegAnswer broken = answer({1, 2, 3, 4}, 2, "bad code");
  CHECK(difference(broken, answer({1, 2}, 1, "bad code")).empty());
  CHECK_FALSE(difference(broken, answer({1, 3}, 1, "bad code")).empty());
  CHECK_FALSE(difference(broken, answer({1, 2, 3, 4}, 2, "no code")).empty());
}

TEST_CASE("a JPEG is the sum of its parts, and mutations of it are other files that still begin as a JPEG") {
  std::mt19937 random(5);
  const JpegCase made = random_jpeg(random, CaseSize::kTiny);
  const JpegParts parts(made.file);
  CHECK(parts.joined() == made.file);
  CHECK(parts.segments.back()[1] == std::byte{0xda});
  int changed = 0;
  for (int i = 0; i < 1000; ++i) {
    const Bytes mutated = mutated_jpeg(parts, parts, random);
    changed += mutated == made.file ? 0 : 1;
  }
  CHECK(changed > 700);
}

TEST_CASE("the fuzzer's seeds are small, and libjpeg reads all of them") {
  JpegDifferential differential;
  const auto seeds = jpeg_fuzz_seeds();
  for (const auto& [name, input] : seeds) {
    CAPTURE(name);
    CHECK(input.size() < 1024);
    const FuzzInput parts(input);
    CHECK(differential.check(parts.file, parts.request).empty());
  }
  CHECK(differential.counts().pictures == static_cast<std::int64_t>(seeds.size()));
}
