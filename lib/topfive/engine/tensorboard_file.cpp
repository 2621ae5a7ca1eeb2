#include "topfive/engine/tensorboard_file.h"

#include <bit>

#include "topfive/base/crc32c.h"

namespace topfive::engine {
namespace {

// Field numbers of Event, Summary and Summary.Value, shifted beside the wire type.
constexpr char kEventWallTime = (1 << 3) | 1;     // double
constexpr char kEventStep = (2 << 3) | 0;         // int64
constexpr char kEventFileVersion = (3 << 3) | 2;  // string
constexpr char kEventSummary = (5 << 3) | 2;      // message
constexpr char kSummaryValue = (1 << 3) | 2;      // message
constexpr char kValueTag = (1 << 3) | 2;          // string
constexpr char kValueSimpleValue = (2 << 3) | 5;  // float

template <class Word>
void append_little_endian(std::string& out, Word word) {
  for (std::size_t i = 0; i < sizeof(Word); ++i) out += static_cast<char>((word >> (8 * i)) & 0xff);
}

void append_varint(std::string& out, std::uint64_t number) {
  for (; number >= 0x80; number >>= 7) out += static_cast<char>((number & 0x7f) | 0x80);
  out += static_cast<char>(number);
}

void append_bytes(std::string& out, char key, std::string_view bytes) {
  out += key;
  append_varint(out, bytes.size());
  out += bytes;
}

std::string event_head(double wall_time) {
  std::string event(1, kEventWallTime);
  append_little_endian(event, std::bit_cast<std::uint64_t>(wall_time));
  return event;
}

std::uint32_t masked_checksum(std::string_view bytes) {
  constexpr std::uint32_t kOffset = 0xa282ead8;
  const std::uint32_t checksum = base::crc32c(std::as_bytes(std::span(bytes)));
  return std::rotr(checksum, 15) + kOffset;
}

}  // namespace

std::string tensorboard_version_event(double wall_time) {
  std::string event = event_head(wall_time);
  append_bytes(event, kEventFileVersion, "brain.Event:2");
  return event;
}

std::string tensorboard_scalar_event(double wall_time, std::int64_t step, std::span<const ScalarEvent> scalars) {
  std::string summary;
  for (const ScalarEvent& scalar : scalars) {
    std::string value;
    append_bytes(value, kValueTag, scalar.tag);
    value += kValueSimpleValue;
    append_little_endian(value, std::bit_cast<std::uint32_t>(static_cast<float>(scalar.value)));
    append_bytes(summary, kSummaryValue, value);
  }
  std::string event = event_head(wall_time);
  if (step != 0) {  // protobuf leaves out what is zero
    event += kEventStep;
    append_varint(event, static_cast<std::uint64_t>(step));
  }
  append_bytes(event, kEventSummary, summary);
  return event;
}

std::string tensorboard_record(std::string_view event) {
  std::string record;
  append_little_endian(record, std::uint64_t{event.size()});
  append_little_endian(record, masked_checksum(record));
  record += event;
  append_little_endian(record, masked_checksum(event));
  return record;
}

TensorboardFile::TensorboardFile(const std::filesystem::path& directory, std::int64_t keep_bytes, double wall_time)
    : file_(directory / kName, keep_bytes) {
  if (file_.bytes() == 0) file_.append(tensorboard_record(tensorboard_version_event(wall_time)));
}

void TensorboardFile::write(double wall_time, std::int64_t step, std::span<const ScalarEvent> scalars) {
  file_.append(tensorboard_record(tensorboard_scalar_event(wall_time, step, scalars)));
}

}  // namespace topfive::engine
