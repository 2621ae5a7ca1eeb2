// Image files that tests make up.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "topfive/image/image.h"

namespace topfive::test {

using Bytes = std::vector<std::byte>;

struct JpegOptions {
  int quality = 85;
  bool progressive = false;
  int horizontal_sampling = 1;  // of the first component, relative to the others
  int vertical_sampling = 1;
  bool optimised = false;    // Huffman tables of its own
  int restart_interval = 0;  // blocks between restart markers; 0: none
};

// Encodes grey, RGB or four-component (CMYK) pixels with libjpeg.
Bytes make_jpeg(const image::Image& image, const JpegOptions& options = {});
// The same file with its last scan repeated, so that it has `scans` of them. For progressive grey
// files.
Bytes repeat_last_scan(const Bytes& progressive_jpeg, int scans);
// The same file with another size in its frame header.
Bytes with_jpeg_size(Bytes jpeg, int width, int height);

// The same JPEG with an EXIF block that holds this orientation.
Bytes with_exif_orientation(const Bytes& jpeg, int orientation, bool big_endian = false);

// The same file without its Huffman tables; decoders then take the usual ones.
Bytes without_huffman_tables(Bytes jpeg);

struct PngChunk {
  std::string type;
  Bytes data;
};

// Chunks with their lengths and checksums, behind the signature.
Bytes make_png(const std::vector<PngChunk>& chunks);
Bytes png_header(std::uint32_t width, std::uint32_t height, int bit_depth, int colour_type);
Bytes deflate(const Bytes& data);
// IHDR, the extra chunks, IDAT of the rows (each begins with its filter byte), IEND.
std::vector<PngChunk> png_chunks(const Bytes& header, const std::vector<PngChunk>& extra, const Bytes& rows);
// Any RGB picture as a PNG file.
Bytes make_png(const image::Image& rgb);
// Splits a file of make_png() into its chunks again.
std::vector<PngChunk> split_png(const Bytes& png);

Bytes to_bytes(const std::vector<int>& values);

}  // namespace topfive::test
