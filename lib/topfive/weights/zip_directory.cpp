#include "topfive/weights/zip_directory.h"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include <zlib.h>

#include "topfive/base/error.h"
#include "topfive/weights/safetensors_header.h"

namespace topfive::weights {
namespace {

constexpr std::uint32_t kEndMark = 0x06054b50;
constexpr std::uint32_t kEnd64Mark = 0x06064b50;
constexpr std::uint32_t kEnd64LocatorMark = 0x07064b50;
constexpr std::uint32_t kCentralMark = 0x02014b50;
constexpr std::uint32_t kLocalMark = 0x04034b50;
constexpr std::uint64_t kEndBytes = 22;
constexpr std::uint64_t kEnd64LocatorBytes = 20;
constexpr std::uint64_t kEnd64Bytes = 56;
constexpr std::uint64_t kCentralBytes = 46;
constexpr std::uint64_t kLocalBytes = 30;
constexpr std::uint64_t kMaxEntries = 100'000;
constexpr std::uint64_t kMaxDirectoryBytes = std::uint64_t{16} << 20;
constexpr std::uint32_t kIn64Bits = 0xffffffff;

[[noreturn]] void bad_archive(const InputFile& file, const std::string& what) {
  throw base::UserError(base::ExitCode::kBadData,
                        file.name() + ": a damaged zip archive, " + what + "; download or copy the file again");
}

std::uint64_t number_at(std::span<const std::byte> bytes, std::size_t position, int width) {
  std::uint64_t value = 0;
  for (int i = 0; i < width; ++i) {
    value |= std::to_integer<std::uint64_t>(bytes[position + static_cast<std::size_t>(i)]) << (8 * i);
  }
  return value;
}

std::vector<std::byte> bytes_of(const InputFile& file, std::uint64_t begin, std::uint64_t length,
                                const std::string& what) {
  if (begin > file.length() || length > file.length() - begin) bad_archive(file, what + " lies outside the file");
  std::vector<std::byte> bytes(static_cast<std::size_t>(length));
  file.read_at(begin, bytes);
  return bytes;
}

// Where the central directory is.
struct DirectoryPlace {
  std::uint64_t begin = 0;
  std::uint64_t length = 0;
  std::uint64_t entries = 0;
};

DirectoryPlace place_from_zip64(const InputFile& file, std::uint64_t end_record) {
  if (end_record < kEnd64LocatorBytes) bad_archive(file, "its end is cut off");
  const auto locator = bytes_of(file, end_record - kEnd64LocatorBytes, kEnd64LocatorBytes, "the zip64 locator");
  if (number_at(locator, 0, 4) != kEnd64LocatorMark) bad_archive(file, "the zip64 locator is missing");
  const auto record = bytes_of(file, number_at(locator, 8, 8), kEnd64Bytes, "the zip64 record");
  if (number_at(record, 0, 4) != kEnd64Mark) bad_archive(file, "the zip64 record is missing");
  return {number_at(record, 48, 8), number_at(record, 40, 8), number_at(record, 32, 8)};
}

// The end record stands before a comment of at most 65,535 bytes; the last mark that fits is taken.
DirectoryPlace find_directory(const InputFile& file) {
  const std::uint64_t tail_length = std::min<std::uint64_t>(file.length(), kEndBytes + 65'535);
  const std::uint64_t tail_begin = file.length() - tail_length;
  const auto tail = bytes_of(file, tail_begin, tail_length, "the end");
  for (std::size_t i = tail.size() < kEndBytes ? 0 : tail.size() - kEndBytes + 1; i-- > 0;) {
    if (number_at(tail, i, 4) != kEndMark) continue;
    if (number_at(tail, i + 4, 4) != 0) bad_archive(file, "it has several parts");
    const DirectoryPlace place{number_at(tail, i + 16, 4), number_at(tail, i + 12, 4), number_at(tail, i + 10, 2)};
    const bool large = place.begin == kIn64Bits || place.length == kIn64Bits || place.entries == 0xffff;
    return large ? place_from_zip64(file, tail_begin + i) : place;
  }
  bad_archive(file, "its end is cut off");
}

// One record of the central directory.
struct CentralRecord {
  std::string name;
  ZipEntry entry;
  std::uint64_t local_header = 0;
};

// Values that do not fit 32 bits stand in an extra field with the number 1, in this order.
void read_zip64_extra(const InputFile& file, std::span<const std::byte> extra, CentralRecord& record,
                      std::uint64_t packed_length) {
  std::size_t position = 0;
  while (position + 4 <= extra.size()) {
    const auto tag = number_at(extra, position, 2);
    const auto size = static_cast<std::size_t>(number_at(extra, position + 2, 2));
    position += 4;
    if (size > extra.size() - position) bad_archive(file, "an extra field is cut off");
    if (tag == 1) {
      std::size_t field = position;
      const auto take = [&](std::uint64_t& value) {
        if (value != kIn64Bits) return;
        if (field + 8 > position + size) bad_archive(file, "a zip64 field is cut off");
        value = number_at(extra, field, 8);
        field += 8;
      };
      take(record.entry.length);
      take(packed_length);
      take(record.local_header);
    }
    position += size;
  }
}

std::size_t read_central_record(const InputFile& file, std::span<const std::byte> directory, CentralRecord& record) {
  if (directory.size() < kCentralBytes || number_at(directory, 0, 4) != kCentralMark) {
    bad_archive(file, "its table of contents is cut off");
  }
  const auto name_length = static_cast<std::size_t>(number_at(directory, 28, 2));
  const auto extra_length = static_cast<std::size_t>(number_at(directory, 30, 2));
  const auto total = kCentralBytes + name_length + extra_length + static_cast<std::size_t>(number_at(directory, 32, 2));
  if (total > directory.size()) bad_archive(file, "its table of contents is cut off");
  for (std::size_t i = 0; i < name_length; ++i) record.name += static_cast<char>(directory[kCentralBytes + i]);
  const std::string shown = shown_name(record.name);
  if ((number_at(directory, 8, 2) & 1U) != 0) bad_archive(file, "entry " + shown + " is encrypted");
  if (number_at(directory, 10, 2) != 0)
    bad_archive(file, "entry " + shown + " is compressed, which torch.save never does");
  record.entry.crc = static_cast<std::uint32_t>(number_at(directory, 16, 4));
  record.entry.length = number_at(directory, 24, 4);
  record.local_header = number_at(directory, 42, 4);
  read_zip64_extra(file, directory.subspan(kCentralBytes + name_length, extra_length), record,
                   number_at(directory, 20, 4));
  return total;
}

// The content begins behind the local header, whose own lengths may differ from the table's.
void find_content(const InputFile& file, CentralRecord& record) {
  const auto header = bytes_of(file, record.local_header, kLocalBytes, "entry " + shown_name(record.name));
  if (number_at(header, 0, 4) != kLocalMark) bad_archive(file, "entry " + shown_name(record.name) + " has no header");
  record.entry.begin = record.local_header + kLocalBytes + number_at(header, 26, 2) + number_at(header, 28, 2);
  if (record.entry.begin > file.length() || record.entry.length > file.length() - record.entry.begin) {
    bad_archive(file, "entry " + shown_name(record.name) + " lies outside the file");
  }
}

void check_no_overlap(const InputFile& file, std::vector<CentralRecord>& records) {
  std::sort(records.begin(), records.end(),
            [](const CentralRecord& a, const CentralRecord& b) { return a.local_header < b.local_header; });
  for (std::size_t i = 1; i < records.size(); ++i) {
    if (records[i - 1].entry.end() > records[i].local_header) {
      bad_archive(file,
                  "entries " + shown_name(records[i - 1].name) + " and " + shown_name(records[i].name) + " overlap");
    }
  }
}

}  // namespace

ZipDirectory read_zip_directory(const InputFile& file) {
  const DirectoryPlace place = find_directory(file);
  if (place.entries > kMaxEntries || place.length > kMaxDirectoryBytes) bad_archive(file, "it has too many entries");
  const auto bytes = bytes_of(file, place.begin, place.length, "its table of contents");
  std::vector<CentralRecord> records;
  std::span<const std::byte> rest = bytes;
  for (std::uint64_t i = 0; i < place.entries; ++i) {
    CentralRecord record;
    rest = rest.subspan(read_central_record(file, rest, record));
    find_content(file, record);
    records.push_back(std::move(record));
  }
  check_no_overlap(file, records);
  ZipDirectory directory;
  for (const CentralRecord& record : records) {
    if (!directory.emplace(record.name, record.entry).second) {
      bad_archive(file, "entry " + shown_name(record.name) + " is there twice");
    }
  }
  return directory;
}

void verify_zip_entry(const InputFile& file, const std::string& name, const ZipEntry& entry) {
  std::array<std::byte, 1U << 16> buffer{};
  auto crc = static_cast<std::uint32_t>(crc32(0, nullptr, 0));
  for (std::uint64_t done = 0; done < entry.length;) {
    const auto part =
        std::span(buffer).first(static_cast<std::size_t>(std::min<std::uint64_t>(buffer.size(), entry.length - done)));
    file.read_at(entry.begin + done, part);
    crc = static_cast<std::uint32_t>(
        crc32(crc, reinterpret_cast<const unsigned char*>(part.data()), static_cast<unsigned>(part.size())));
    done += part.size();
  }
  if (crc != entry.crc) bad_archive(file, "the checksum of entry " + shown_name(name) + " is wrong");
}

}  // namespace topfive::weights
