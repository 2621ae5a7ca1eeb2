#include "image/image_files.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>

#include <jpeglib.h>
#include <zlib.h>

namespace topfive::test {
namespace {

// A spectral selection without successive approximation: DC, then AC, of one component.
constexpr std::array<jpeg_scan_info, 2> kGreyScans = {{{1, {0, 0, 0, 0}, 0, 0, 0, 0}, {1, {0, 0, 0, 0}, 1, 63, 0, 0}}};

J_COLOR_SPACE colour_space(int channels) {
  if (channels == 1) return JCS_GRAYSCALE;
  return channels == 3 ? JCS_RGB : JCS_CMYK;
}

void set_parameters(jpeg_compress_struct& codec, const JpegOptions& options) {
  jpeg_set_defaults(&codec);
  jpeg_set_quality(&codec, options.quality, TRUE);
  codec.comp_info[0].h_samp_factor = options.horizontal_sampling;
  codec.comp_info[0].v_samp_factor = options.vertical_sampling;
  if (!options.progressive) return;
  if (codec.input_components == 1) {
    codec.scan_info = kGreyScans.data();
    codec.num_scans = static_cast<int>(kGreyScans.size());
  } else {
    jpeg_simple_progression(&codec);
  }
}

void append(Bytes& bytes, const Bytes& more) { bytes.insert(bytes.end(), more.begin(), more.end()); }

Bytes text_bytes(const std::string& text) {
  const auto* start = reinterpret_cast<const std::byte*>(text.data());
  return {start, start + text.size()};
}

Bytes big_endian(std::uint32_t value) {
  return {static_cast<std::byte>(value >> 24), static_cast<std::byte>(value >> 16), static_cast<std::byte>(value >> 8),
          static_cast<std::byte>(value)};
}

std::uint32_t from_big_endian(const Bytes& bytes, std::size_t at) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < 4; ++i) value = value << 8 | std::to_integer<std::uint32_t>(bytes[at + i]);
  return value;
}

}  // namespace

Bytes make_jpeg(const image::Image& image, const JpegOptions& options) {
  jpeg_error_mgr errors{};
  jpeg_compress_struct codec{};
  codec.err = jpeg_std_error(&errors);
  jpeg_create_compress(&codec);
  unsigned char* buffer = nullptr;
  unsigned long size = 0;
  jpeg_mem_dest(&codec, &buffer, &size);
  codec.image_width = static_cast<JDIMENSION>(image.cols);
  codec.image_height = static_cast<JDIMENSION>(image.rows);
  codec.input_components = image.channels();
  codec.in_color_space = colour_space(image.channels());
  set_parameters(codec, options);
  codec.optimize_coding = options.optimised ? TRUE : FALSE;
  codec.restart_interval = static_cast<unsigned>(options.restart_interval);
  jpeg_start_compress(&codec, TRUE);
  for (int y = 0; y < image.rows; ++y) {
    JSAMPROW row = const_cast<unsigned char*>(image.ptr(y));
    jpeg_write_scanlines(&codec, &row, 1);
  }
  jpeg_finish_compress(&codec);
  jpeg_destroy_compress(&codec);
  const auto* start = reinterpret_cast<const std::byte*>(buffer);
  Bytes bytes(start, start + size);
  std::free(buffer);
  return bytes;
}

Bytes repeat_last_scan(const Bytes& progressive_jpeg, int scans) {
  const Bytes marker = to_bytes({0xff, 0xda});
  const auto last = std::find_end(progressive_jpeg.begin(), progressive_jpeg.end(), marker.begin(), marker.end());
  const auto end = progressive_jpeg.end() - 2;  // before the end marker
  Bytes bytes(progressive_jpeg.begin(), end);
  for (int i = static_cast<int>(kGreyScans.size()); i < scans; ++i) bytes.insert(bytes.end(), last, end);
  bytes.insert(bytes.end(), end, progressive_jpeg.end());
  return bytes;
}

Bytes with_exif_orientation(const Bytes& jpeg, int orientation, bool big_endian) {
  // APP1: "Exif", then a TIFF structure with one entry: tag 274, one short.
  const Bytes block =
      big_endian ? to_bytes({0xff, 0xe1, 0, 34, 'E', 'x', 'i', 'f', 0, 0, 'M', 'M',         0, 42, 0, 0, 0, 8,
                             0,    1,    1, 18, 0,   3,   0,   0,   0, 1, 0,   orientation, 0, 0,  0, 0, 0, 0})
                 : to_bytes({0xff, 0xe1, 0,  34, 'E', 'x', 'i', 'f', 0, 0, 'I',         'I', 42, 0, 8, 0, 0, 0,
                             1,    0,    18, 1,  3,   0,   1,   0,   0, 0, orientation, 0,   0,  0, 0, 0, 0, 0});
  Bytes bytes = jpeg;
  bytes.insert(bytes.begin() + 2, block.begin(), block.end());
  return bytes;
}

Bytes without_huffman_tables(Bytes jpeg) {
  for (std::size_t i = 2; i + 4 < jpeg.size() && jpeg[i + 1] != std::byte{0xda};) {
    const std::size_t length =
        2 + (std::to_integer<std::size_t>(jpeg[i + 2]) << 8U) + std::to_integer<std::size_t>(jpeg[i + 3]);
    if (jpeg[i + 1] == std::byte{0xc4}) {
      const auto begin = jpeg.begin() + static_cast<std::ptrdiff_t>(i);
      jpeg.erase(begin, begin + static_cast<std::ptrdiff_t>(length));
    } else {
      i += length;
    }
  }
  return jpeg;
}

Bytes with_jpeg_size(Bytes jpeg, int width, int height) {
  for (std::size_t i = 2; i + 8 < jpeg.size(); ++i) {
    const bool frame = jpeg[i] == std::byte{0xff} && (jpeg[i + 1] == std::byte{0xc0} || jpeg[i + 1] == std::byte{0xc2});
    if (!frame) continue;
    jpeg[i + 5] = static_cast<std::byte>(height >> 8);
    jpeg[i + 6] = static_cast<std::byte>(height);
    jpeg[i + 7] = static_cast<std::byte>(width >> 8);
    jpeg[i + 8] = static_cast<std::byte>(width);
    return jpeg;
  }
  throw std::logic_error("no frame header");
}

Bytes make_png(const std::vector<PngChunk>& chunks) {
  Bytes bytes = to_bytes({0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'});
  for (const PngChunk& chunk : chunks) {
    Bytes body = text_bytes(chunk.type);
    append(body, chunk.data);
    const uLong sum = crc32_z(0, reinterpret_cast<const Bytef*>(body.data()), body.size());
    append(bytes, big_endian(static_cast<std::uint32_t>(chunk.data.size())));
    append(bytes, body);
    append(bytes, big_endian(static_cast<std::uint32_t>(sum)));
  }
  return bytes;
}

Bytes png_header(std::uint32_t width, std::uint32_t height, int bit_depth, int colour_type) {
  Bytes header = big_endian(width);
  append(header, big_endian(height));
  append(header, to_bytes({bit_depth, colour_type, 0, 0, 0}));
  return header;
}

Bytes deflate(const Bytes& data) {
  uLongf size = compressBound(data.size());
  Bytes packed(size);
  compress(reinterpret_cast<Bytef*>(packed.data()), &size, reinterpret_cast<const Bytef*>(data.data()), data.size());
  packed.resize(size);
  return packed;
}

std::vector<PngChunk> png_chunks(const Bytes& header, const std::vector<PngChunk>& extra, const Bytes& rows) {
  std::vector<PngChunk> chunks = {{"IHDR", header}};
  chunks.insert(chunks.end(), extra.begin(), extra.end());
  chunks.push_back({"IDAT", deflate(rows)});
  chunks.push_back({"IEND", {}});
  return chunks;
}

Bytes make_png(const image::Image& rgb) {
  Bytes rows;
  for (int y = 0; y < rgb.rows; ++y) {
    rows.push_back(std::byte{0});
    const auto* row = reinterpret_cast<const std::byte*>(rgb.ptr(y));
    rows.insert(rows.end(), row, row + std::ptrdiff_t{3} * rgb.cols);
  }
  const Bytes header = png_header(static_cast<std::uint32_t>(rgb.cols), static_cast<std::uint32_t>(rgb.rows), 8, 2);
  return make_png(png_chunks(header, {}, rows));
}

std::vector<PngChunk> split_png(const Bytes& png) {
  std::vector<PngChunk> chunks;
  for (std::size_t at = 8; at < png.size();) {
    const std::size_t length = from_big_endian(png, at);
    const auto* start = reinterpret_cast<const char*>(png.data()) + at + 4;
    const auto data = png.begin() + static_cast<std::ptrdiff_t>(at) + 8;
    chunks.push_back({std::string(start, 4), Bytes(data, data + static_cast<std::ptrdiff_t>(length))});
    at += length + 12;
  }
  return chunks;
}

Bytes to_bytes(const std::vector<int>& values) {
  Bytes bytes;
  for (const int value : values) bytes.push_back(static_cast<std::byte>(value));
  return bytes;
}

}  // namespace topfive::test
