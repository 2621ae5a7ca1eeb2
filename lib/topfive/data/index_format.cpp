#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <tuple>
#include <utility>

#include "topfive/base/crc32c.h"
#include "topfive/data/little_endian.h"
#include "topfive/data/printable.h"
#include "topfive/data/sample_index.h"

namespace topfive::data {
namespace {

constexpr std::string_view kMagic = "TFINDEX\n";
constexpr std::uint32_t kVersion = 1;
constexpr std::size_t kHeaderBytes = 24;
constexpr std::size_t kRecordBytes = 40;
constexpr std::size_t kMaxTextBytes = 4096;

void put_text(std::string& out, std::string_view text) {
  put_number(out, text.size(), 4);
  out += text;
}

// Takes values from the front; an IndexError where the bytes end too early.
class IndexParser {
 public:
  explicit IndexParser(std::span<const std::byte> bytes) : rest_(bytes) {}

  std::span<const std::byte> take(std::uint64_t count) {
    if (count > rest_.size()) throw IndexError("it is cut off");
    const auto front = rest_.first(static_cast<std::size_t>(count));
    rest_ = rest_.subspan(front.size());
    return front;
  }
  std::uint64_t number(std::size_t bytes) { return number_of(take(bytes)); }
  std::uint32_t number32() { return static_cast<std::uint32_t>(number(4)); }
  std::string text(std::uint64_t length) {
    const auto front = take(length);
    return {reinterpret_cast<const char*>(front.data()), front.size()};
  }
  std::string short_text() {
    const std::uint64_t length = number(4);
    if (length > kMaxTextBytes) throw IndexError("a name of more than 4096 bytes");
    return text(length);
  }
  // A count of things that take at least `bytes_each`.
  std::size_t count(std::size_t width, std::size_t bytes_each) {
    const std::uint64_t value = number(width);
    if (value > rest_.size() / bytes_each) throw IndexError("a count is larger than the file");
    return static_cast<std::size_t>(value);
  }
  bool done() const { return rest_.empty(); }

 private:
  std::span<const std::byte> rest_;
};

void demand(bool holds, const char* what) {
  if (!holds) throw IndexError(what);
}

bool stays_below(const std::string& name) {
  const std::filesystem::path path(name);
  if (name.empty() || name.find('\0') != std::string::npos || path.is_absolute()) return false;
  return std::none_of(path.begin(), path.end(), [](const auto& part) { return part == ".."; });
}

std::span<const std::byte> checked_body(std::span<const std::byte> bytes) {
  IndexParser header(bytes);
  demand(bytes.size() >= kHeaderBytes && header.text(kMagic.size()) == kMagic, "it is no index");
  const std::uint32_t version = header.number32();
  if (version != kVersion) throw IndexError("it has version " + std::to_string(version) + ", this program reads 1");
  const std::uint32_t checksum = header.number32();
  const auto body = bytes.subspan(kHeaderBytes);
  demand(header.number(8) == body.size(), "it is cut off");
  demand(base::crc32c(body) == checksum, "its checksum is wrong");
  return body;
}

void parse_places(IndexParser& parser, SampleIndex& index) {
  constexpr std::size_t kBytesEach = 4 + 8 + 8 + 1;
  index.places.resize(parser.count(4, kBytesEach));
  for (IndexedPlace& place : index.places) {
    place.name = parser.short_text();
    place.stamp.size = parser.number(8);
    place.stamp.mtime_ns = std::bit_cast<std::int64_t>(parser.number(8));
    const std::uint64_t kind = parser.number(1);
    demand(kind <= 1, "a place of unknown kind");
    place.is_directory = kind == 1;
    demand(stays_below(place.name), "a place outside the data directory");
  }
}

void parse_classes(IndexParser& parser, SampleIndex& index) {
  index.class_names.resize(parser.count(4, 4));
  for (std::string& name : index.class_names) {
    name = parser.short_text();
    demand(!name.empty() && printable(name) == name, "a class name that is not printable");
  }
}

SampleRecord parse_record(IndexParser& parser) {
  SampleRecord record;
  record.offset = parser.number(8);
  for (auto* field : {&record.size, &record.place, &record.label, &record.width, &record.height, &record.flags,
                      &record.crc32c, &record.name_begin}) {
    *field = parser.number32();
  }
  return record;
}

void check_place(const SampleIndex& index, const SampleRecord& record) {
  demand(record.place < index.places.size(), "a sample without a place");
  const IndexedPlace& place = index.places[record.place];
  if (place.is_directory) {
    demand(record.offset == 0, "an offset in a directory");
    return;
  }
  demand(record.size > 0 && record.size <= kMaxRecordBytes, "a record of impossible size");
  const std::uint64_t end = place.stamp.size;
  demand(record.offset <= end && record.size <= end - record.offset, "a record beyond the end of its archive");
}

void check_facts(const SampleRecord& record) {
  demand((record.flags & ~sample_flag::kAll) == 0, "an unknown flag");
  if ((record.flags & sample_flag::kFactsKnown) == 0) return;
  demand(record.width > 0 && record.height > 0, "a picture without pixels");
}

void check_name(const SampleIndex& index, std::int64_t i) {
  const std::string_view name = index.file_name(i);
  demand(!name.empty() && name.size() <= kMaxTextBytes && name.find('\0') == std::string_view::npos,
         "a file name that cannot be");
  const IndexedPlace& place = index.places[index.records[static_cast<std::size_t>(i)].place];
  if (place.is_directory) demand(stays_below(std::string(name)), "a file outside the data directory");
}

void check_records(const SampleIndex& index) {
  for (std::size_t i = 0; i < index.records.size(); ++i) {
    const SampleRecord& record = index.records[i];
    const std::size_t end = i + 1 < index.records.size() ? index.records[i + 1].name_begin : index.names.size();
    demand(i > 0 || record.name_begin == 0, "file names out of order");
    demand(record.name_begin < end && end <= index.names.size(), "file names out of order");
    demand(record.label < index.class_names.size(), "a label without a class");
    check_place(index, record);
    check_facts(record);
    check_name(index, static_cast<std::int64_t>(i));
    if (i == 0) continue;
    const auto key = [&](std::size_t k) {
      return std::make_pair(index.records[k].label, index.file_name(static_cast<std::int64_t>(k)));
    };
    demand(key(i - 1) <= key(i), "samples out of order");
  }
}

void put_record(std::string& out, const SampleRecord& record) {
  put_number(out, record.offset, 8);
  for (const std::uint32_t field : {record.size, record.place, record.label, record.width, record.height, record.flags,
                                    record.crc32c, record.name_begin}) {
    put_number(out, field, 4);
  }
}

std::string serialise_body(const SampleIndex& index) {
  std::string out;
  out.reserve(index.records.size() * kRecordBytes + index.names.size() + (std::size_t{1} << 16U));
  for (const auto& text : {index.kind, index.split, index.pixels}) put_text(out, text);
  put_number(out, index.passed_over, 8);
  put_number(out, index.places.size(), 4);
  for (const IndexedPlace& place : index.places) {
    put_text(out, place.name);
    put_number(out, place.stamp.size, 8);
    put_number(out, std::bit_cast<std::uint64_t>(place.stamp.mtime_ns), 8);
    put_number(out, place.is_directory ? 1 : 0, 1);
  }
  put_number(out, index.class_names.size(), 4);
  for (const std::string& name : index.class_names) put_text(out, name);
  put_number(out, index.records.size(), 8);
  for (const SampleRecord& record : index.records) put_record(out, record);
  put_number(out, index.names.size(), 8);
  out += index.names;
  return out;
}

}  // namespace

std::string serialise(const SampleIndex& index) {
  const std::string body = serialise_body(index);
  std::string out(kMagic);
  put_number(out, kVersion, 4);
  put_number(out, base::crc32c(std::as_bytes(std::span(body))), 4);
  put_number(out, body.size(), 8);
  return out + body;
}

SampleIndex parse_sample_index(std::span<const std::byte> bytes) {
  IndexParser parser(checked_body(bytes));
  SampleIndex index;
  index.kind = parser.short_text();
  index.split = parser.short_text();
  index.pixels = parser.short_text();
  index.passed_over = parser.number(8);
  parse_places(parser, index);
  parse_classes(parser, index);
  index.records.resize(parser.count(8, kRecordBytes));
  for (SampleRecord& record : index.records) record = parse_record(parser);
  index.names = parser.text(parser.number(8));
  demand(parser.done(), "there are bytes behind its end");
  check_records(index);
  return index;
}

}  // namespace topfive::data
