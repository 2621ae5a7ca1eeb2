#include "topfive/image/exif.h"

#include <cstdint>

namespace topfive::image {
namespace {

// Reads integers of either byte order; beyond the end everything is 0.
class TiffReader {
 public:
  explicit TiffReader(std::span<const std::byte> bytes)
      : bytes_(bytes), big_endian_(bytes.size() > 1 && bytes[0] == std::byte{'M'}) {}

  std::uint32_t u16(std::size_t at) const { return number(at, 2); }
  std::uint32_t u32(std::size_t at) const { return number(at, 4); }
  bool has(std::size_t at, std::size_t count) const { return at <= bytes_.size() && count <= bytes_.size() - at; }
  bool has_mark() const {
    if (!has(0, 8) || bytes_[0] != bytes_[1]) return false;
    return (bytes_[0] == std::byte{'M'} || bytes_[0] == std::byte{'I'}) && u16(2) == 42;
  }

 private:
  std::uint32_t number(std::size_t at, std::size_t count) const {
    std::uint32_t value = 0;
    if (!has(at, count)) return 0;
    for (std::size_t i = 0; i < count; ++i) {
      const std::size_t next = big_endian_ ? at + i : at + count - 1 - i;
      value = value << 8U | std::to_integer<std::uint32_t>(bytes_[next]);
    }
    return value;
  }

  std::span<const std::byte> bytes_;
  bool big_endian_;
};

constexpr std::uint32_t kOrientationTag = 274;
constexpr std::uint32_t kShort = 3;
constexpr std::size_t kEntryBytes = 12;

}  // namespace

int exif_orientation(std::span<const std::byte> tiff) {
  const TiffReader reader(tiff);
  if (!reader.has_mark()) return 1;
  const std::size_t directory = reader.u32(4);
  const std::size_t entries = reader.u16(directory);
  for (std::size_t i = 0; i < entries; ++i) {
    const std::size_t entry = directory + 2 + i * kEntryBytes;
    if (!reader.has(entry, kEntryBytes)) return 1;
    if (reader.u16(entry) != kOrientationTag) continue;
    const std::uint32_t value = reader.u16(entry + 8);
    const bool valid = reader.u16(entry + 2) == kShort && reader.u32(entry + 4) == 1 && value >= 1 && value <= 8;
    return valid ? static_cast<int>(value) : 1;
  }
  return 1;
}

Image apply_orientation(const Image& image, int orientation) {
  if (orientation <= 1 || orientation > 8) return image;
  Image upright = image;
  if (orientation >= 5) cv::transpose(image, upright);
  constexpr int kAroundBoth = -1;
  constexpr int kAroundHorizontal = 0;
  constexpr int kAroundVertical = 1;
  Image result;
  switch (orientation) {
    case 2:
    case 6:
      cv::flip(upright, result, kAroundVertical);
      return result;
    case 3:
    case 7:
      cv::flip(upright, result, kAroundBoth);
      return result;
    case 4:
    case 8:
      cv::flip(upright, result, kAroundHorizontal);
      return result;
    default:
      return upright;
  }
}

}  // namespace topfive::image
