// Where the rows of every JPEG picture of a split begin (see image::JpegReader::make_index()), in one file.
//
// The samples are in the canonical order of SampleIndex. An entry holds for the very bytes that it was made of, so a
// record says their number and checksum, and an entry is given out for no others: a file that is stale or of another
// data set costs the time that it would have saved, and nothing else.
//
// The file (version 1, little-endian): "TFROWS\n" and a NUL, u32 version, u32 step; the entries, end to end; the table,
// 24 bytes a sample in the order of RowIndexRecord; u64 count of samples, u64 length of the whole file, u32 CRC32C of
// all this but the entries. It is written from front to back, and needs no memory for the entries.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "topfive/base/files.h"
#include "topfive/data/record_file.h"
#include "topfive/data/sample_index.h"

namespace topfive::data {

// The longest entry that is kept; no picture that may be decoded needs as much.
inline constexpr std::size_t kMaxRowIndexBytes = std::size_t{16} << 20U;

struct RowIndexRecord {
  std::uint32_t picture_bytes = 0;   // 0: it was not read, or could not be
  std::uint32_t picture_crc32c = 0;  // of the encoded picture
  std::uint64_t offset = 0;          // of its entry in the file; 0 where it has none
  std::uint32_t length = 0;          // of its entry; 0 where it has none
  std::uint32_t crc32c = 0;          // of its entry
};

// Immutable after construction; all functions are thread-safe and allocate nothing.
class RowIndexFile {
 public:
  // Reads header and table, 24 bytes a sample, and checks them. UserError (kInputMissing, kIo, kBadData) where the file
  // cannot be read, IndexError where its content is not valid or it is not of so many samples.
  RowIndexFile(const std::filesystem::path& path, std::int64_t samples);

  std::int64_t size() const { return static_cast<std::int64_t>(records_.size()); }
  int step() const { return step_; }
  const std::string& name() const { return file_.name(); }
  const RowIndexRecord& record(std::int64_t sample) const { return records_[static_cast<std::size_t>(sample)]; }
  // Samples that have an entry.
  std::int64_t entries() const { return entries_; }

  // Reads the sample's entry into as many bytes as the record says. False where it was damaged or cannot be read.
  bool read_entry(std::int64_t sample, std::span<std::byte> entry) const;
  // Asks the system to fetch the entry.
  void will_need(std::int64_t sample) const;

 private:
  // Gives the checksum of the table behind what has the given one.
  std::uint32_t read_table(std::uint64_t begin, std::uint64_t count, std::uint32_t checksum);

  RecordFile file_;
  int step_ = 0;
  std::int64_t entries_ = 0;
  std::vector<RowIndexRecord> records_;
};

// Writes such a file; it appears under its name when it is whole. One thread. UserError: kCannotCreate, kIo.
class RowIndexWriter {
 public:
  // step: as given to make_index(), not negative.
  RowIndexWriter(const std::filesystem::path& path, int step);

  // The next sample; its entry is empty where it has none. One that is longer than kMaxRowIndexBytes is left out.
  void add(std::uint32_t picture_bytes, std::uint32_t picture_crc32c, std::span<const std::byte> entry);
  void finish();

  std::int64_t samples() const { return samples_; }
  std::int64_t entries() const { return entries_; }
  // Of all entries so far.
  std::uint64_t entry_bytes() const { return entry_bytes_; }

 private:
  void write(std::string_view bytes);
  void flush();

  base::AtomicFile file_;
  std::string header_;
  std::string table_;
  std::string pending_;  // small writes, put together
  std::int64_t samples_ = 0;
  std::int64_t entries_ = 0;
  std::uint64_t entry_bytes_ = 0;
};

// DIR/train.rows, where the file of a split lies beside its data.
std::filesystem::path rows_beside(const std::filesystem::path& data_dir, const std::string& split);
// Where a new one is put: beside the data, or in the cache (see index_cache.h) where their directory cannot be written.
// UserError(kCannotCreate) where there is no cache either.
std::filesystem::path rows_to_write(const std::filesystem::path& data_dir, const std::string& split);
// The file beside the data, else that in the cache; null where there is none. One that is not valid, or not of so many
// samples, is ignored, with one log line that says why. Never throws for what it holds.
std::unique_ptr<RowIndexFile> find_rows(const std::filesystem::path& data_dir, const std::string& split,
                                        std::int64_t samples);

}  // namespace topfive::data
