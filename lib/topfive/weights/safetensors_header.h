// The header of a safetensors file (https://github.com/huggingface/safetensors, "Format"), read
// from untrusted bytes.
//
//   8 bytes      N, little-endian
//   N bytes      JSON: {"name": {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]},
//   "__metadata__": {...}} the rest     the elements, row-major and little-endian; offsets count
//   from here
//
// Refused: a header above 16 MiB, more than 100,000 tensors, names empty or above 512 bytes, more
// than 16 dimensions, any key twice, unknown keys or dtypes, numbers that are not whole or
// overflow, a size that does not fit dtype and shape, offsets that leave a hole or overlap, bytes
// after the last tensor. So every range of an accepted header lies inside the file, and all of them
// together are no larger than the file.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "topfive/weights/dtype.h"

namespace topfive::weights {

using Metadata = std::map<std::string, std::string>;

struct TensorEntry {
  std::string name;
  DType dtype = DType::kF32;
  std::vector<std::int64_t> shape;  // empty for a scalar
  std::uint64_t begin = 0;          // bytes, counted from the first byte after the header
  std::uint64_t end = 0;
};

struct SafetensorsHeader {
  std::vector<TensorEntry> tensors;  // in the order of the JSON text
  Metadata metadata;
  std::uint64_t data_start = 0;  // where in the file offset 0 lies
};

inline constexpr std::uint64_t kHeaderPrefixBytes = 8;
inline constexpr std::uint64_t kMaxHeaderBytes = std::uint64_t{16} << 20;
inline constexpr std::size_t kMaxTensors = 100'000;
inline constexpr std::size_t kMaxNameBytes = 512;
inline constexpr std::size_t kMaxDimensions = 16;

// The length N that the first 8 bytes announce, checked against the limits and the file's length.
// Throws UserError(kBadData) that names `file`.
std::uint64_t parse_header_length(std::span<const std::byte> prefix, std::uint64_t file_length,
                                  const std::string& file);

// The N bytes of JSON. Throws UserError(kBadData) that names `file`.
SafetensorsHeader parse_header(std::span<const std::byte> json, std::uint64_t file_length, const std::string& file);

// The first bytes of a file with these tensors: the length and the JSON, padded with spaces to a
// multiple of 8 so that the elements are aligned. The entries' offsets must be set.
std::string encode_header(const std::vector<TensorEntry>& tensors, const Metadata& metadata);

// Bytes that dtype and shape ask for; false if that overflows 63 bits.
bool tensor_bytes(DType dtype, const std::vector<std::int64_t>& shape, std::uint64_t& bytes);

// A name for a message: quoted, at most 80 characters, anything that is not printable ASCII
// escaped.
std::string shown_name(const std::string& name);

}  // namespace topfive::weights
