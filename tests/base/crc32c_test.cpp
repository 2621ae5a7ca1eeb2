#include "topfive/base/crc32c.h"

#include <string_view>
#include <vector>

#include "topfive/base/random_stream.h"

#include "support/catch.h"

using namespace topfive::base;

namespace {

std::span<const std::byte> bytes_of(std::string_view text) { return std::as_bytes(std::span(text)); }

std::vector<std::byte> random_bytes(std::size_t count) {
  RandomStream random(3, 1, 4);
  std::vector<std::byte> bytes(count);
  for (std::byte& byte : bytes) byte = static_cast<std::byte>(random.below(256));
  return bytes;
}

std::vector<std::byte> counted(int first, int step) {
  std::vector<std::byte> bytes;
  for (int i = 0; i < 32; ++i) bytes.push_back(static_cast<std::byte>(first + step * i));
  return bytes;
}

}  // namespace

// RFC 3720, appendix B.4, and the check value of the catalogue of CRC algorithms.
TEST_CASE("the checksums are those that the standard publishes") {
  CHECK(crc32c(bytes_of("123456789")) == 0xE3069283U);
  CHECK(crc32c({}) == 0U);
  CHECK(crc32c(std::vector<std::byte>(32, std::byte{0})) == 0x8A9136AAU);
  CHECK(crc32c(std::vector<std::byte>(32, std::byte{0xFF})) == 0x62A8AB43U);
  CHECK(crc32c(counted(0, 1)) == 0x46DD794EU);
  CHECK(crc32c(counted(31, -1)) == 0x113FDB5CU);
  CHECK(crc32c_portable(bytes_of("123456789")) == 0xE3069283U);
}

TEST_CASE("the processor's instruction and the tables agree on any length and alignment") {
  const auto bytes = random_bytes(5000);
  RandomStream random(1, 2, 3);
  for (int i = 0; i < 3000; ++i) {
    const auto begin = static_cast<std::size_t>(random.below(64));
    const auto length = static_cast<std::size_t>(random.below(i % 10 == 0 ? 4900 : 70));
    const auto part = std::span(bytes).subspan(begin, length);
    REQUIRE(crc32c(part) == crc32c_portable(part));
  }
}

TEST_CASE("they agree on every length up to 4,096 bytes at every alignment, whatever came before") {
  const auto bytes = random_bytes(4096 + 64);
  const auto before = GENERATE(0U, 1U, 0x80000000U, 0xFFFFFFFFU, 0x12345678U);
  bool agree = true;
  for (std::size_t length = 0; length <= 4096; ++length) {
    // Alignments beyond a word's are looked at around the lengths where the way of computing changes.
    const std::size_t alignments = length % 128 < 2 ? 64 : 8;
    for (std::size_t begin = 0; begin < alignments; ++begin) {
      const auto part = std::span(bytes).subspan(begin, length);
      agree = agree && crc32c(part, before) == crc32c_portable(part, before);
    }
  }
  CHECK(agree);
}

TEST_CASE("they agree on files of usual size") {
  const auto bytes = random_bytes(130'000);
  for (std::size_t length = 6'000; length < bytes.size(); length += 1'021) {
    const auto part = std::span(bytes).last(length);
    REQUIRE(crc32c(part, 7) == crc32c_portable(part, 7));
  }
}

TEST_CASE("pieces give the checksum of the whole") {
  const auto bytes = random_bytes(1000);
  const auto whole = crc32c(bytes);
  for (std::size_t cut = 0; cut <= bytes.size(); ++cut) {
    const auto all = std::span(bytes);
    REQUIRE(crc32c(all.subspan(cut), crc32c(all.first(cut))) == whole);
    REQUIRE(crc32c_portable(all.subspan(cut), crc32c_portable(all.first(cut))) == whole);
  }
}

TEST_CASE("one changed bit changes the checksum") {
  auto bytes = random_bytes(300);
  const auto whole = crc32c(bytes);
  for (std::size_t bit = 0; bit < 8 * bytes.size(); ++bit) {
    const auto mask = static_cast<std::byte>(1U << (bit % 8));
    bytes[bit / 8] ^= mask;
    REQUIRE(crc32c(bytes) != whole);
    bytes[bit / 8] ^= mask;
  }
}
