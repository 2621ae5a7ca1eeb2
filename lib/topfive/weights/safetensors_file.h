// Reading and writing whole safetensors files. Knows bytes only; tensors are made of them
// elsewhere.
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "topfive/weights/input_file.h"
#include "topfive/weights/safetensors_header.h"

namespace topfive::weights {

// An open file whose header has been checked. Any number of threads may read at once. Throws
// UserError as InputFile does, and kBadData for a bad header.
class SafetensorsFile {
 public:
  explicit SafetensorsFile(const std::filesystem::path& path);

  const SafetensorsHeader& header() const { return header_; }
  // Fills `out`, which must be exactly the entry's bytes.
  void read(const TensorEntry& entry, std::span<std::byte> out) const;

 private:
  SafetensorsHeader read_header() const;

  InputFile file_;
  SafetensorsHeader header_;
};

// Borrows the bytes: dense, row-major, little-endian.
struct TensorBytes {
  std::string name;
  DType dtype = DType::kF32;
  std::vector<std::int64_t> shape;
  std::span<const std::byte> bytes;
};

// The bytes of a file, in the order in which they lie there: the header, then each tensor's data. They
// live until `write` returns. The same input gives the same bytes. The JSON keeps the given order; the
// data is laid out by falling element size, so that every tensor is aligned. A span that does not fit
// dtype and shape, or a name that stands twice, is a bug of the caller: std::logic_error.
using SafetensorsSink = std::function<void(std::span<const std::span<const std::byte>>)>;
void encode_safetensors(const std::vector<TensorBytes>& tensors, const Metadata& metadata,
                        const SafetensorsSink& write);

// Writes and fsyncs a new file of these bytes; the path must not exist (see base/files.h).
void write_safetensors(const std::filesystem::path& path, const std::vector<TensorBytes>& tensors,
                       const Metadata& metadata = {});

}  // namespace topfive::weights
