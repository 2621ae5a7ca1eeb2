// The index of a data set: where each picture lies, its label and what is known of it; in memory and as a file.
//
// The order is canonical: by label, then by file name in byte order, wherever the bytes lie. Folders, archives and
// shards of the same pictures therefore have the same sample numbers, batches and fingerprint.
//
// The file (version 1, little-endian): "TFINDEX\n", u32 version, u32 CRC32C of all that follows, u64 length of all
// that follows; then texts (u32 length, bytes) and numbers: kind, split, pixels, u64 passed over; u32 count of places,
// each name, u64 size, i64 mtime in ns, u8 is_directory; u32 count of classes, each a text; u64 count of samples, each
// 40 bytes in the order of SampleRecord; u64 length of the file names, and they.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "topfive/data/record_file.h"

namespace topfive::data {

// What is known of a picture. The last two say whether the fields of the record mean anything.
namespace sample_flag {
inline constexpr std::uint32_t kProgressive = 1;
inline constexpr std::uint32_t kCmyk = 2;
inline constexpr std::uint32_t kPng = 4;
inline constexpr std::uint32_t kExifRotated = 8;
inline constexpr std::uint32_t kGrey = 16;
inline constexpr std::uint32_t kFactsKnown = 32;     // width, height and the flags above
inline constexpr std::uint32_t kChecksumKnown = 64;  // crc32c
inline constexpr std::uint32_t kAll = 127;
}  // namespace sample_flag

// An archive with records, a directory with files, or (without samples) a file that the index depends on.
struct IndexedPlace {
  std::string name;  // relative to the data directory; never absolute, without ".."
  FileStamp stamp;   // as it was when it was indexed
  bool is_directory = false;
  bool operator==(const IndexedPlace&) const = default;
};

struct SampleRecord {
  std::uint64_t offset = 0;  // in the archive; 0 in a directory
  std::uint32_t size = 0;    // bytes of the encoded picture; 0 where not known (only in a directory)
  std::uint32_t place = 0;   // index into SampleIndex::places
  std::uint32_t label = 0;   // index into SampleIndex::class_names
  std::uint32_t width = 0;
  std::uint32_t height = 0;
  std::uint32_t flags = 0;
  std::uint32_t crc32c = 0;      // of the encoded picture
  std::uint32_t name_begin = 0;  // in SampleIndex::names; set by add()
};

// Something is wrong with an index file; the text says what, without the file's name.
class IndexError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// Not thread-safe while it is being built.
struct SampleIndex {
  std::string kind;    // "shards", "ilsvrc2012", "image_folder"
  std::string split;   // "train" or "val"
  std::string pixels;  // how the pixels differ from the original files: "short_side=256 quality=90"; empty: they do not
  std::uint64_t passed_over = 0;  // files that are no samples
  std::vector<IndexedPlace> places;
  std::vector<std::string> class_names;
  std::vector<SampleRecord> records;
  std::string names;  // file names, end to end, in the order of the records

  std::int64_t size() const { return static_cast<std::int64_t>(records.size()); }
  // Appends a sample under its file name: that of the original file, without its folder. Never empty, without NUL.
  // IndexError where all names together reach 4 GiB or there are 2^32 samples.
  void add(SampleRecord record, std::string_view file_name);
  std::string_view file_name(std::int64_t i) const;
  // Brings the samples into the canonical order; equal names are ordered by place and offset.
  void sort_canonically();
};

// SHA-256 over class names and file names in canonical order (and `pixels`, unless it is empty): equal for every kind
// of storage of the same pictures.
std::string fingerprint_of(const SampleIndex& index);

std::string serialise(const SampleIndex& index);
// Checks everything: checksum, lengths, order, labels, that records lie inside their archives, that names stay below
// the data directory. Throws IndexError; allocates nothing that the bytes do not pay for.
SampleIndex parse_sample_index(std::span<const std::byte> bytes);

// Atomically. UserError: kCannotCreate, kIo.
void write_sample_index(const std::filesystem::path& path, const SampleIndex& index);
// UserError (kInputMissing, kIo) where the file cannot be read, IndexError where its content is not valid.
SampleIndex read_sample_index(const std::filesystem::path& path);

// Where the index of a split lies beside its data: DIR/train.index. `dataset pack` writes it there.
std::filesystem::path index_beside(const std::filesystem::path& data_dir, const std::string& split);

}  // namespace topfive::data
