// The IDX container of the MNIST family: a magic number, the dimensions, then the values row by
// row.
//
// Source: Y. LeCun, C. Cortes, C. Burges, "The MNIST database of handwritten digits" (the file
// format section).
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

namespace topfive::data {

// One array of unsigned bytes.
struct IdxFile {
  std::vector<std::int64_t> dimensions;
  std::vector<std::byte> storage;  // may begin with the header
  std::size_t values_at = 0;       // where the values begin in storage
  std::span<const std::byte> values() const { return std::span(storage).subspan(values_at); }
};

// Reads a plain or (by its name, ".gz") gzip-compressed file with exactly `rank` dimensions of
// unsigned bytes. UserError(kBadData) for another magic number, another rank, an empty dimension,
// more than 2 GiB of values, and a length that is not what the header says; a gzip stream is never
// unfolded beyond that length.
IdxFile read_idx_file(const std::filesystem::path& path, int rank);

}  // namespace topfive::data
