// Row indexes that are made while a training reads its pictures for the first time.
//
// Making one means reading through a picture's entropy-coded data once more, so the first epoch is slower and those
// behind it are faster. They are kept in memory, up to a bound, and written in the end, so that the next run has them
// from the beginning.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <memory>
#include <mutex>
#include <span>
#include <vector>

#include "topfive/data/row_index_file.h"
#include "topfive/data/sample_source.h"
#include "topfive/image/jpeg_reader.h"

namespace topfive::data {

// Places where rows begin and no others: those within the rows take several times the bytes and save little more.
inline constexpr int kRowIndexStep = 0;

// The index of one picture; empty where our own decoder does not read it, or where it is damaged. `slack` as for
// image::JpegReader::open(). Never throws for the content.
std::vector<std::byte> make_row_index(image::JpegReader& reader, std::span<const std::byte> bytes, std::size_t slack,
                                      int step);

// Thread-safe. What it has given out stays where it is until it is destroyed.
class RowIndexStore {
 public:
  static constexpr std::uint64_t kMaxBytes = std::uint64_t{1} << 30U;

  // max_bytes: of all entries; what does not fit is not kept.
  RowIndexStore(std::int64_t samples, int step, std::uint64_t max_bytes = kMaxBytes);

  // The index of a picture that was just read; made if it was not, empty where it has none. An index that was made of
  // other bytes is passed over.
  std::span<const std::byte> rows_of(std::int64_t sample, RawSample& picture);

  int step() const { return step_; }
  // Pictures that were looked at, with and without an index.
  std::int64_t made() const;
  // Writes a file of all of them, with what `old`, which may be null, says of the others. UserError as RowIndexWriter.
  void write(const std::filesystem::path& path, const RowIndexFile* old) const;

 private:
  struct Entry {
    std::uint32_t picture_bytes = 0;
    std::uint32_t picture_crc32c = 0;
    std::vector<std::byte> rows;
  };
  const Entry* make(std::int64_t sample, RawSample& picture);
  const Entry* keep(std::int64_t sample, Entry entry);
  std::unique_ptr<image::JpegReader> take_reader();
  void give_back(std::unique_ptr<image::JpegReader> reader);

  int step_;
  std::uint64_t max_bytes_;
  std::vector<std::atomic<const Entry*>> of_sample_;  // null: not made yet
  mutable std::mutex mutex_;                          // of all below
  std::deque<Entry> entries_;                         // never move
  std::uint64_t bytes_ = 0;
  std::vector<std::unique_ptr<image::JpegReader>> idle_readers_;
};

}  // namespace topfive::data
