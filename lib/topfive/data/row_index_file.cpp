#include "topfive/data/row_index_file.h"

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

#include "topfive/base/crc32c.h"
#include "topfive/base/error.h"
#include "topfive/base/log.h"
#include "topfive/data/index_cache.h"
#include "topfive/data/little_endian.h"
#include "topfive/data/printable.h"

namespace topfive::data {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kMagic("TFROWS\n\0", 8);
constexpr std::uint32_t kVersion = 1;
constexpr std::size_t kHeaderBytes = 16;
constexpr std::size_t kRecordBytes = 24;
constexpr std::size_t kTrailerBytes = 20;
constexpr std::size_t kChecksumBytes = 4;

void demand(bool holds, const char* what) {
  if (!holds) throw IndexError(what);
}

std::span<const std::byte> bytes_of(std::string_view text) { return std::as_bytes(std::span(text)); }

void read_exactly(const RecordFile& file, std::uint64_t offset, std::span<std::byte> out) {
  demand(file.read_at(offset, out) == out.size(), "it became shorter while it was read");
}

// The step that the header names.
int check_header(std::span<const std::byte, kHeaderBytes> header) {
  demand(std::ranges::equal(header.first(kMagic.size()), bytes_of(kMagic)), "it holds no row indexes");
  const std::uint64_t version = number_of(header.subspan(8, 4));
  if (version != kVersion) throw IndexError("it has version " + std::to_string(version) + ", this program reads 1");
  const std::uint64_t step = number_of(header.subspan(12, 4));
  demand(step <= std::numeric_limits<int>::max(), "an impossible step");
  return static_cast<int>(step);
}

RowIndexRecord parse_record(std::span<const std::byte> bytes) {
  RowIndexRecord record;
  record.picture_bytes = static_cast<std::uint32_t>(number_of(bytes.subspan(0, 4)));
  record.picture_crc32c = static_cast<std::uint32_t>(number_of(bytes.subspan(4, 4)));
  record.offset = number_of(bytes.subspan(8, 8));
  record.length = static_cast<std::uint32_t>(number_of(bytes.subspan(16, 4)));
  record.crc32c = static_cast<std::uint32_t>(number_of(bytes.subspan(20, 4)));
  return record;
}

void put_record(std::string& out, const RowIndexRecord& record) {
  put_number(out, record.picture_bytes, 4);
  put_number(out, record.picture_crc32c, 4);
  put_number(out, record.offset, 8);
  put_number(out, record.length, 4);
  put_number(out, record.crc32c, 4);
}

// Entries lie between the header and the table.
void check_record(const RowIndexRecord& record, std::uint64_t table_begin) {
  if (record.length == 0) return;
  demand(record.length <= kMaxRowIndexBytes, "an entry of impossible length");
  demand(record.offset >= kHeaderBytes && record.offset <= table_begin && record.length <= table_begin - record.offset,
         "an entry outside of the file");
}

fs::path cached_rows(const fs::path& data_dir, const std::string& split) {
  return cached_path("rows\n" + split, data_dir, ".rows");
}

std::unique_ptr<RowIndexFile> usable_rows(const fs::path& path, std::int64_t samples) {
  std::error_code ignored;
  if (path.empty() || !fs::exists(path, ignored)) return nullptr;
  std::string reason;
  try {
    return std::make_unique<RowIndexFile>(path, samples);
  } catch (const IndexError& error) {
    reason = error.what();
  } catch (const base::UserError& error) {
    reason = error.what();
  }
  base::log_info(printable(path.string()) + ": row indexes ignored, all goes on without them: " + printable(reason));
  return nullptr;
}

}  // namespace

RowIndexFile::RowIndexFile(const fs::path& path, std::int64_t samples) : file_(path) {
  demand(file_.size() >= kHeaderBytes + kTrailerBytes, "it is cut off");
  std::array<std::byte, kHeaderBytes> header{};
  std::array<std::byte, kTrailerBytes> trailer{};
  read_exactly(file_, 0, header);
  read_exactly(file_, file_.size() - kTrailerBytes, trailer);
  step_ = check_header(header);
  const auto parts = std::span<const std::byte>(trailer);
  demand(number_of(parts.subspan(8, 8)) == file_.size(), "it is cut off");
  const std::uint64_t count = number_of(parts.first(8));
  demand(count <= (file_.size() - kHeaderBytes - kTrailerBytes) / kRecordBytes, "a count is larger than the file");
  if (std::cmp_not_equal(count, samples)) {
    throw IndexError("it is of " + std::to_string(count) + " pictures, not of " + std::to_string(samples));
  }
  const std::uint64_t table_begin = file_.size() - kTrailerBytes - count * kRecordBytes;
  const std::uint32_t before_trailer = read_table(table_begin, count, base::crc32c(header));
  const std::uint32_t checksum = base::crc32c(parts.first(kTrailerBytes - kChecksumBytes), before_trailer);
  demand(checksum == number_of(parts.last(kChecksumBytes)), "its checksum is wrong");
  for (const RowIndexRecord& record : records_) {
    check_record(record, table_begin);
    entries_ += record.length > 0 ? 1 : 0;
  }
}

std::uint32_t RowIndexFile::read_table(std::uint64_t begin, std::uint64_t count, std::uint32_t checksum) {
  constexpr std::size_t kRecordsAtOnce = 4096;
  std::vector<std::byte> piece(kRecordsAtOnce * kRecordBytes);
  records_.reserve(static_cast<std::size_t>(count));
  while (records_.size() < count) {
    const std::size_t records = std::min<std::size_t>(kRecordsAtOnce, count - records_.size());
    const auto bytes = std::span(piece).first(records * kRecordBytes);
    read_exactly(file_, begin + records_.size() * kRecordBytes, bytes);
    checksum = base::crc32c(bytes, checksum);
    for (std::size_t i = 0; i < records; ++i) {
      records_.push_back(parse_record(bytes.subspan(i * kRecordBytes, kRecordBytes)));
    }
  }
  return checksum;
}

bool RowIndexFile::read_entry(std::int64_t sample, std::span<std::byte> entry) const {
  const RowIndexRecord& own = record(sample);
  if (own.length == 0 || entry.size() != own.length) return false;
  try {
    return file_.read_at(own.offset, entry) == entry.size() && base::crc32c(entry) == own.crc32c;
  } catch (const base::UserError&) {
    return false;
  }
}

void RowIndexFile::will_need(std::int64_t sample) const {
  const RowIndexRecord& own = record(sample);
  if (own.length > 0) file_.will_need(own.offset, own.length);
}

RowIndexWriter::RowIndexWriter(const fs::path& path, int step) : file_(path), header_(kMagic) {
  put_number(header_, kVersion, 4);
  put_number(header_, static_cast<std::uint64_t>(step), 4);
  write(header_);
}

void RowIndexWriter::write(std::string_view bytes) {
  constexpr std::size_t kPieceBytes = std::size_t{1} << 20U;
  pending_ += bytes;
  if (pending_.size() >= kPieceBytes) flush();
}

void RowIndexWriter::flush() {
  file_.write(bytes_of(pending_));
  pending_.clear();
}

void RowIndexWriter::add(std::uint32_t picture_bytes, std::uint32_t picture_crc32c, std::span<const std::byte> entry) {
  RowIndexRecord record;
  record.picture_bytes = picture_bytes;
  record.picture_crc32c = picture_crc32c;
  if (!entry.empty() && entry.size() <= kMaxRowIndexBytes) {
    record.offset = kHeaderBytes + entry_bytes_;
    record.length = static_cast<std::uint32_t>(entry.size());
    record.crc32c = base::crc32c(entry);
    write({reinterpret_cast<const char*>(entry.data()), entry.size()});
    entry_bytes_ += entry.size();
    ++entries_;
  }
  put_record(table_, record);
  ++samples_;
}

void RowIndexWriter::finish() {
  std::string end;
  put_number(end, static_cast<std::uint64_t>(samples_), 8);
  put_number(end, kHeaderBytes + entry_bytes_ + table_.size() + kTrailerBytes, 8);
  const std::uint32_t checksum = base::crc32c(bytes_of(table_), base::crc32c(bytes_of(header_)));
  put_number(end, base::crc32c(bytes_of(end), checksum), kChecksumBytes);
  write(table_);
  write(end);
  flush();
  file_.finish();
}

fs::path rows_beside(const fs::path& data_dir, const std::string& split) { return data_dir / (split + ".rows"); }

fs::path rows_to_write(const fs::path& data_dir, const std::string& split) {
  try {
    base::create_writable_directory(data_dir);
    return rows_beside(data_dir, split);
  } catch (const base::UserError&) {
    const fs::path cached = cached_rows(data_dir, split);
    if (cached.empty()) throw;
    base::create_writable_directory(cached.parent_path());
    return cached;
  }
}

std::unique_ptr<RowIndexFile> find_rows(const fs::path& data_dir, const std::string& split, std::int64_t samples) {
  auto rows = usable_rows(rows_beside(data_dir, split), samples);
  return rows ? std::move(rows) : usable_rows(cached_rows(data_dir, split), samples);
}

}  // namespace topfive::data
