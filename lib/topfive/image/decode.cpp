#include "topfive/image/decode.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <cstdio>

#include "topfive/image/colour.h"
#include "topfive/image/jpeg_reader.h"
#include "topfive/image/png_decoder.h"

namespace topfive::image {
namespace {

template <std::size_t N>
bool starts_with(std::span<const std::byte> bytes, const std::array<unsigned char, N>& magic) {
  return bytes.size() >= N && std::equal(magic.begin(), magic.end(), bytes.begin(),
                                         [](unsigned char a, std::byte b) { return std::byte{a} == b; });
}

std::string first_bytes(std::span<const std::byte> bytes) {
  std::string text;
  for (const std::byte byte : bytes.first(std::min<std::size_t>(bytes.size(), 8))) {
    std::array<char, 4> hex{};
    std::snprintf(hex.data(), hex.size(), " %02x", std::to_integer<unsigned>(byte));
    text += hex.data();
  }
  return text;
}

Image decode_natively(std::span<const std::byte> bytes, const DecodeLimits& limits) {
  switch (sniff_format(bytes)) {
    case Format::kJpeg: {
      JpegReader reader(JpegDecoder::kLibjpeg);  // for a whole picture, it makes fewer tables
      reader.open(bytes, 0, limits);
      return reader.read_whole();
    }
    case Format::kPng:
      return decode_png(bytes, limits);
    case Format::kUnknown:
      break;
  }
  throw_not_an_image(bytes);
}

}  // namespace

const std::vector<std::pair<std::string, BadPicture>>& bad_picture_names() {
  static const std::vector<std::pair<std::string, BadPicture>> kNames = {{"not_an_image", BadPicture::kNotAnImage},
                                                                         {"unsupported", BadPicture::kUnsupported},
                                                                         {"too_large", BadPicture::kTooLarge},
                                                                         {"truncated", BadPicture::kTruncated},
                                                                         {"damaged", BadPicture::kDamaged}};
  return kNames;
}

Format sniff_format(std::span<const std::byte> bytes) {
  constexpr std::array<unsigned char, 3> kJpegMagic = {0xff, 0xd8, 0xff};
  constexpr std::array<unsigned char, 8> kPngMagic = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
  if (starts_with(bytes, kJpegMagic)) return Format::kJpeg;
  if (starts_with(bytes, kPngMagic)) return Format::kPng;
  return Format::kUnknown;
}

void throw_not_an_image(std::span<const std::byte> bytes) {
  if (bytes.empty()) throw DecodeError(BadPicture::kNotAnImage, "empty file");
  throw DecodeError(BadPicture::kNotAnImage, "neither JPEG nor PNG; the file starts with" + first_bytes(bytes));
}

Image decode(std::span<const std::byte> bytes, int channels, const DecodeLimits& limits) {
  assert(channels == 1 || channels == 3);
  try {
    return with_channels(decode_natively(bytes, limits), channels);
  } catch (const DecodeError&) {
    throw;
  } catch (const std::exception& error) {
    // Out of memory, most of all: OpenCV and the standard library have different types for it.
    throw DecodeError(BadPicture::kDamaged, std::string("the picture cannot be decoded: ") + error.what());
  }
}

}  // namespace topfive::image
