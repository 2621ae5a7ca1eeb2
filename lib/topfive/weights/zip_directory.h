// The table of contents of a zip archive as torch.save writes it: entries stored as they are, zip64 if large.
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>

#include "topfive/weights/input_file.h"

namespace topfive::weights {

struct ZipEntry {
  std::uint64_t begin = 0;  // of the content, in the file
  std::uint64_t length = 0;
  std::uint32_t crc = 0;
  std::uint64_t end() const { return begin + length; }
};

using ZipDirectory = std::unordered_map<std::string, ZipEntry>;

// Refused with UserError(kBadData): compressed or encrypted entries, entries outside the file or overlapping each
// other, a name twice, more than 100,000 entries, archives of several parts. So all contents together are no longer
// than the file.
ZipDirectory read_zip_directory(const InputFile& file);

// Compares the content with the checksum of the table, if the archive has checksums. UserError(kBadData).
void verify_zip_entry(const InputFile& file, const std::string& name, const ZipEntry& entry);

}  // namespace topfive::weights
