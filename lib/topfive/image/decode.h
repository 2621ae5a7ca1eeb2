// From the bytes of an image file to RGB pixels.
//
// Files are hostile until checked: only JPEG and PNG are accepted, told by their magic bytes and
// never by the file name; the size in the header is checked before any pixel is decoded; a JPEG
// that libjpeg warns about (truncated, corrupt) is an error, never a picture with grey fill. EXIF
// orientation is ignored, as torchvision ignores it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "topfive/image/image.h"

namespace topfive::image {

// Why a picture cannot be used, in the classes that reports and logs count.
enum class BadPicture {
  kNotAnImage,   // empty, or neither JPEG nor PNG by its first bytes
  kUnsupported,  // a form of JPEG or PNG that is not decoded
  kTooLarge,     // above DecodeLimits, or too thin to be scaled
  kTruncated,    // the file ends before the picture does
  kDamaged,      // the decoder would have to make pixels up
};

// Names as reports spell them ("not_an_image").
const std::vector<std::pair<std::string, BadPicture>>& bad_picture_names();

// A picture that cannot be used. The text says why, without the file's name: the caller knows it.
class DecodeError : public std::runtime_error {
 public:
  DecodeError(BadPicture kind, const std::string& why) : std::runtime_error(why), kind_(kind) {}
  BadPicture kind() const { return kind_; }

 private:
  BadPicture kind_;
};

// Who decodes JPEG files; the pixels are the same.
enum class JpegDecoder {
  kAuto,     // our own decoder wherever it can
  kLibjpeg,  // libjpeg-turbo only
};

enum class Format { kUnknown, kJpeg, kPng };

// What one picture may cost. The largest that is let through takes less than 512 MB and two seconds of one core.
struct DecodeLimits {
  std::int64_t max_pixels = 89'478'485;              // where Pillow begins to warn of a decompression bomb
  std::int64_t max_bytes = std::int64_t{400} << 20;  // of pixels and coefficients
  int max_scans = 500;                               // of a progressive JPEG
  std::int64_t max_scan_pixels = 1'000'000'000;      // scans times pixels of a progressive JPEG
};

Format sniff_format(std::span<const std::byte> bytes);
// The error for bytes that are neither, with the first of them.
[[noreturn]] void throw_not_an_image(std::span<const std::byte> bytes);

// channels: 3 gives RGB (grey replicated, CMYK and YCCK converted by Pillow's formula, alpha
// dropped, 16 bits scaled to 8), 1 gives grey (ITU-R 601 luma, as Pillow's "L"). Throws
// DecodeError. Thread-safe.
Image decode(std::span<const std::byte> bytes, int channels = 3, const DecodeLimits& limits = {});

}  // namespace topfive::image
