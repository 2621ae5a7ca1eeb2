#include "topfive/image/png_decoder.h"

#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include <zlib.h>

#include "topfive/image/png_pixels.h"

namespace topfive::image {
namespace {

constexpr std::size_t kSignatureBytes = 8;
constexpr std::size_t kFrameBytes = 12;  // length, type and checksum round a chunk's data
constexpr std::size_t kHeaderBytes = 13;

std::uint32_t big_endian_u32(std::span<const std::byte> bytes) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < 4; ++i) value = value << 8 | std::to_integer<std::uint32_t>(bytes[i]);
  return value;
}

struct Chunk {
  std::span<const std::byte> whole;  // with length, type and checksum
  std::span<const std::byte> data;
  std::string_view type;
  bool critical() const { return type[0] >= 'A' && type[0] <= 'Z'; }
};

// The chunk at the front of `rest`.
Chunk next_chunk(std::span<const std::byte> rest) {
  if (rest.size() < kFrameBytes) throw DecodeError(BadPicture::kTruncated, "truncated PNG: no end chunk");
  const std::size_t length = big_endian_u32(rest);
  if (length > rest.size() - kFrameBytes) throw DecodeError(BadPicture::kTruncated, "truncated PNG: incomplete chunk");
  return {rest.first(length + kFrameBytes), rest.subspan(8, length),
          std::string_view(reinterpret_cast<const char*>(rest.data()) + 4, 4)};
}

void check_checksum(const Chunk& chunk) {
  const auto* start = reinterpret_cast<const Bytef*>(chunk.whole.data()) + 4;
  const uLong sum = crc32_z(0, start, chunk.data.size() + 4);
  if (sum != big_endian_u32(chunk.whole.last(4))) {
    throw DecodeError(BadPicture::kDamaged, "invalid PNG: wrong checksum of a chunk");
  }
}

void check_size(const Chunk& header, const DecodeLimits& limits) {
  if (header.type != "IHDR" || header.data.size() != kHeaderBytes) {
    throw DecodeError(BadPicture::kDamaged, "invalid PNG: no header chunk");
  }
  const std::int64_t width = big_endian_u32(header.data);
  const std::int64_t height = big_endian_u32(header.data.subspan(4));
  if (width == 0 || height == 0) throw DecodeError(BadPicture::kDamaged, "invalid PNG: no pixels");
  constexpr std::int64_t kLongestSide = 1'000'000;  // libpng's own limit, before memory for the rows is taken
  if (width > limits.max_pixels / height || width > kLongestSide || height > kLongestSide) {
    throw DecodeError(BadPicture::kTooLarge, "PNG of " + std::to_string(width) + "x" + std::to_string(height) +
                                                 " pixels; at most " + std::to_string(limits.max_pixels) +
                                                 " pixels are decoded");
  }
  constexpr std::int64_t kMostSamples = 4;
  const std::int64_t sample_bytes = header.data[8] == std::byte{16} ? 2 : 1;
  if (width * height * kMostSamples * sample_bytes > limits.max_bytes) {
    throw DecodeError(BadPicture::kTooLarge, "PNG of " + std::to_string(width) + "x" + std::to_string(height) +
                                                 " pixels may need more than " +
                                                 std::to_string(limits.max_bytes >> 20) + " MiB");
  }
}

// The same picture with nothing but its critical chunks.
std::vector<std::byte> checked_copy(std::span<const std::byte> bytes, const DecodeLimits& limits) {
  std::vector<std::byte> copy(bytes.size());
  std::size_t used = 0;
  const auto append = [&copy, &used](std::span<const std::byte> part) {
    std::memcpy(&copy[used], part.data(), part.size());
    used += part.size();
  };
  append(bytes.first(kSignatureBytes));
  auto rest = bytes.subspan(kSignatureBytes);
  check_size(next_chunk(rest), limits);
  for (;;) {
    const Chunk chunk = next_chunk(rest);
    if (chunk.critical()) {
      check_checksum(chunk);
      append(chunk.whole);
    }
    if (chunk.type == "IEND") break;
    rest = rest.subspan(chunk.whole.size());
  }
  copy.resize(used);
  return copy;
}

}  // namespace

Image decode_png(std::span<const std::byte> bytes, const DecodeLimits& limits) {
  const std::vector<std::byte> file = checked_copy(bytes, limits);
  const auto header = std::span(file).subspan(kSignatureBytes + 8);
  return decode_png_pixels(
      file, {static_cast<int>(big_endian_u32(header)), static_cast<int>(big_endian_u32(header.subspan(4)))});
}

}  // namespace topfive::image
