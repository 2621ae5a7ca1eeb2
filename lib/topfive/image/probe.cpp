#include "topfive/image/probe.h"

#include <algorithm>
#include <cstring>
#include <string_view>

#include "topfive/image/exif.h"

namespace topfive::image {
namespace {

std::uint32_t big_endian(std::span<const std::byte> bytes, std::size_t at, std::size_t count) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < count; ++i) value = value << 8U | std::to_integer<std::uint32_t>(bytes[at + i]);
  return value;
}

bool begins_with(std::span<const std::byte> bytes, std::string_view text) {
  return bytes.size() >= text.size() && std::memcmp(bytes.data(), text.data(), text.size()) == 0;
}

[[noreturn]] void truncated(const char* format) {
  throw DecodeError(BadPicture::kTruncated, std::string("truncated ") + format + ": the file ends in its header");
}

void check_size(const PictureFacts& facts, const char* format, const DecodeLimits& limits) {
  if (facts.width == 0 || facts.height == 0) {
    throw DecodeError(BadPicture::kDamaged, std::string("invalid ") + format + ": no pixels");
  }
  if (facts.width <= limits.max_pixels / facts.height) return;
  throw DecodeError(BadPicture::kTooLarge, std::string(format) + " of " + std::to_string(facts.width) + "x" +
                                               std::to_string(facts.height) + " pixels; at most " +
                                               std::to_string(limits.max_pixels) + " pixels are decoded");
}

// --- JPEG: ITU-T T.81, annex B ---

constexpr unsigned kStartOfScan = 0xda;
constexpr unsigned kEndOfImage = 0xd9;
constexpr unsigned kExifSegment = 0xe1;

bool has_no_length(unsigned marker) { return marker == 0x01 || (marker >= 0xd0 && marker <= 0xd8); }

bool is_frame(unsigned marker) {
  return marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc;
}

// Chroma's factors must be equal, and luma's one or two times them.
void read_sampling(std::span<const std::byte> components, PictureFacts& facts) {
  if (facts.components != 3) return;
  const auto horizontal = [&](std::size_t i) { return std::to_integer<int>(components[3 * i + 1]) >> 4; };
  const auto vertical = [&](std::size_t i) { return std::to_integer<int>(components[3 * i + 1]) & 15; };
  const auto ratio = [](int luma, int first, int second) {
    return first == second && first > 0 && (luma == first || luma == 2 * first) ? luma / first : 0;
  };
  facts.horizontal_sampling = ratio(horizontal(0), horizontal(1), horizontal(2));
  facts.vertical_sampling = ratio(vertical(0), vertical(1), vertical(2));
  if (facts.horizontal_sampling == 0 || facts.vertical_sampling == 0) {
    facts.horizontal_sampling = facts.vertical_sampling = 0;
  }
}

void read_frame(unsigned marker, std::span<const std::byte> segment, PictureFacts& facts) {
  constexpr std::size_t kFixedBytes = 6;
  if (segment.size() < kFixedBytes) truncated("JPEG");
  facts.bits = static_cast<int>(big_endian(segment, 0, 1));
  facts.height = static_cast<int>(big_endian(segment, 1, 2));
  facts.width = static_cast<int>(big_endian(segment, 3, 2));
  facts.components = static_cast<int>(big_endian(segment, 5, 1));
  facts.progressive = marker == 0xc2 || marker == 0xca;
  if (segment.size() < kFixedBytes + 3 * static_cast<std::size_t>(facts.components)) truncated("JPEG");
  read_sampling(segment.subspan(kFixedBytes), facts);
}

void check_jpeg_kind(const PictureFacts& facts) {
  if (facts.components == 1 || facts.components == 3 || facts.components == 4) {
    if (facts.bits == 8) return;
    throw DecodeError(BadPicture::kUnsupported, "JPEG with " + std::to_string(facts.bits) + " bits; 8 are supported");
  }
  throw DecodeError(BadPicture::kUnsupported,
                    "JPEG with " + std::to_string(facts.components) + " colour components; 1, 3 and 4 are supported");
}

// Walks the segments of the header. What stands between them is passed over, as libjpeg does.
class SegmentWalk {
 public:
  explicit SegmentWalk(std::span<const std::byte> bytes) : bytes_(bytes) {}

  unsigned next_marker() {
    for (;;) {
      while (at_ < bytes_.size() && bytes_[at_] != std::byte{0xff}) ++at_;
      while (at_ < bytes_.size() && bytes_[at_] == std::byte{0xff}) ++at_;
      if (at_ >= bytes_.size()) truncated("JPEG");
      const auto marker = std::to_integer<unsigned>(bytes_[at_++]);
      if (marker != 0 && !has_no_length(marker)) return marker;
    }
  }
  std::span<const std::byte> segment() {
    if (bytes_.size() - at_ < 2) truncated("JPEG");
    // libjpeg takes a length that does not even count itself for one of 2.
    const std::size_t length = std::max<std::size_t>(big_endian(bytes_, at_, 2), 2);
    if (length > bytes_.size() - at_) truncated("JPEG");
    const auto content = bytes_.subspan(at_ + 2, length - 2);
    at_ += length;
    return content;
  }

 private:
  std::span<const std::byte> bytes_;
  std::size_t at_ = 2;  // behind the start marker
};

PictureFacts probe_jpeg(std::span<const std::byte> bytes, const DecodeLimits& limits) {
  PictureFacts facts;
  facts.format = Format::kJpeg;
  SegmentWalk walk(bytes);
  for (unsigned marker = walk.next_marker(); marker != kStartOfScan; marker = walk.next_marker()) {
    if (marker == kEndOfImage) throw DecodeError(BadPicture::kDamaged, "invalid JPEG: no picture before the end");
    const auto segment = walk.segment();
    if (is_frame(marker)) read_frame(marker, segment, facts);
    constexpr std::string_view kExif("Exif\0\0", 6);
    if (marker == kExifSegment && begins_with(segment, kExif)) {
      facts.orientation = exif_orientation(segment.subspan(kExif.size()));
    }
  }
  if (facts.components == 0) throw DecodeError(BadPicture::kDamaged, "invalid JPEG: no frame header");
  check_size(facts, "JPEG", limits);
  check_jpeg_kind(facts);
  return facts;
}

// --- PNG ---

PictureFacts probe_png(std::span<const std::byte> bytes, const DecodeLimits& limits) {
  constexpr std::size_t kHeaderEnd = 33;  // signature, then the header's chunk
  if (bytes.size() < kHeaderEnd) truncated("PNG");
  if (!begins_with(bytes.subspan(12), "IHDR")) throw DecodeError(BadPicture::kDamaged, "invalid PNG: no header chunk");
  const std::uint32_t width = big_endian(bytes, 16, 4);
  const std::uint32_t height = big_endian(bytes, 20, 4);
  constexpr std::uint32_t kLargest = 0x7fffffff;
  PictureFacts facts;
  facts.format = Format::kPng;
  facts.width = static_cast<int>(std::min(width, kLargest));
  facts.height = static_cast<int>(std::min(height, kLargest));
  facts.bits = static_cast<int>(big_endian(bytes, 24, 1));
  const std::uint32_t colour_type = big_endian(bytes, 25, 1);
  facts.components = colour_type == 2 ? 3 : colour_type == 4 ? 2 : colour_type == 6 ? 4 : 1;
  facts.progressive = big_endian(bytes, 28, 1) != 0;
  check_size(facts, "PNG", limits);
  for (std::size_t at = kHeaderEnd; bytes.size() - at >= 12;) {
    const std::size_t length = big_endian(bytes, at, 4);
    if (length > bytes.size() - at - 12 || begins_with(bytes.subspan(at + 4), "IDAT")) break;
    if (begins_with(bytes.subspan(at + 4), "eXIf")) facts.orientation = exif_orientation(bytes.subspan(at + 8, length));
    at += length + 12;
  }
  return facts;
}

}  // namespace

PictureFacts probe(std::span<const std::byte> bytes, const DecodeLimits& limits) {
  switch (sniff_format(bytes)) {
    case Format::kJpeg:
      return probe_jpeg(bytes, limits);
    case Format::kPng:
      return probe_png(bytes, limits);
    case Format::kUnknown:
      break;
  }
  throw_not_an_image(bytes);
}

}  // namespace topfive::image
