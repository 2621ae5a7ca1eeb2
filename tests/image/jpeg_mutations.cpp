#include "image/jpeg_mutations.h"

#include <algorithm>
#include <array>

#include "image/damage.h"

namespace topfive::test {
namespace {

constexpr std::size_t kSegmentHeader = 4;  // marker and length
constexpr std::size_t kEndMarker = 2;

auto place(Bytes& bytes, std::size_t at) { return bytes.begin() + static_cast<std::ptrdiff_t>(at); }

void insert_marker(Bytes& bytes, std::size_t at, int code) {
  bytes.insert(place(bytes, at), {std::byte{0xff}, static_cast<std::byte>(code)});
}

std::byte random_byte(std::mt19937& random) { return static_cast<std::byte>(random() & 0xffU); }

Bytes* segment_of(JpegParts& parts, int marker, std::mt19937& random) {
  std::vector<Bytes*> found;
  for (Bytes& segment : parts.segments) {
    if (segment.size() > kSegmentHeader && segment[1] == static_cast<std::byte>(marker)) found.push_back(&segment);
  }
  return found.empty() ? nullptr : found[below(random, found.size())];
}

void change_payload(JpegParts& parts, const JpegParts&, std::mt19937& random) {
  Bytes& segment = parts.segments[below(random, parts.segments.size())];
  if (segment.size() <= kSegmentHeader) return;
  std::byte& byte = segment[kSegmentHeader + below(random, segment.size() - kSegmentHeader)];
  byte = random() % 2 == 0 ? random_byte(random) : byte ^ static_cast<std::byte>(1U << below(random, 8));
}

// A Huffman table's symbols, or its counts of codes, as they are or in another order.
void change_huffman(JpegParts& parts, const JpegParts&, std::mt19937& random) {
  constexpr std::size_t kCounts = 16;
  constexpr std::array<int, 8> kSpecialSymbols = {0x00, 0x10, 0x70, 0xe0, 0xf0, 0x0f, 0xf1, 0xff};
  Bytes* segment = segment_of(parts, 0xc4, random);
  if (segment == nullptr || segment->size() <= kSegmentHeader + 1 + kCounts) return;
  const std::size_t first = kSegmentHeader + 1;
  switch (below(random, 4)) {
    case 0:
      std::swap((*segment)[first + below(random, kCounts)], (*segment)[first + below(random, kCounts)]);
      break;
    case 1:
      (*segment)[first + below(random, kCounts)] = static_cast<std::byte>(below(random, 8));
      break;
    case 2:
      std::shuffle(place(*segment, first + kCounts), segment->end(), random);
      break;
    default:
      // Runs without a value, ends of blocks, and the longest runs and values.
      (*segment)[first + kCounts + below(random, segment->size() - first - kCounts)] =
          random() % 2 == 0 ? random_byte(random) : static_cast<std::byte>(kSpecialSymbols[below(random, 8)]);
  }
}

// The frame header: size, sampling, tables, sometimes by a little only.
void change_frame(JpegParts& parts, const JpegParts&, std::mt19937& random) {
  Bytes* segment = segment_of(parts, 0xc0, random);
  if (segment == nullptr) return;
  std::byte& byte = (*segment)[kSegmentHeader + below(random, segment->size() - kSegmentHeader)];
  const int change = 1 - 2 * static_cast<int>(below(random, 2));
  byte = static_cast<std::byte>(std::to_integer<int>(byte) + change);
}

void swap_segments(JpegParts& parts, const JpegParts&, std::mt19937& random) {
  const std::size_t count = parts.segments.size();
  std::swap(parts.segments[below(random, count)], parts.segments[below(random, count)]);
}

void repeat_segment(JpegParts& parts, const JpegParts& other, std::mt19937& random) {
  const auto& from = random() % 2 == 0 ? parts.segments : other.segments;
  const Bytes segment = from[below(random, from.size())];
  const auto at = static_cast<std::ptrdiff_t>(below(random, parts.segments.size()));
  parts.segments.insert(parts.segments.begin() + at, segment);
}

void drop_segment(JpegParts& parts, const JpegParts&, std::mt19937& random) {
  if (parts.segments.size() < 2) return;
  parts.segments.erase(parts.segments.begin() + static_cast<std::ptrdiff_t>(below(random, parts.segments.size())));
}

void set_interval(JpegParts& parts, const JpegParts&, std::mt19937& random) {
  Bytes segment = to_bytes({0xff, 0xdd, 0, 4, 0, static_cast<int>(below(random, 12))});
  if (Bytes* old = segment_of(parts, 0xdd, random)) {
    *old = segment;
  } else {
    parts.segments.insert(parts.segments.begin(), segment);
  }
}

void change_scan(JpegParts& parts, const JpegParts&, std::mt19937& random) {
  parts.scan[below(random, parts.scan.size())] ^= static_cast<std::byte>(1U << below(random, 8));
}

void set_scan(JpegParts& parts, const JpegParts&, std::mt19937& random) {
  constexpr std::array<int, 6> kBytes = {0xff, 0x00, 0xfe, 0x7f, 0x80, 0xd0};
  const std::size_t at = below(random, parts.scan.size());
  const std::size_t count = std::min(1 + below(random, 12), parts.scan.size() - at);
  const bool same = random() % 2 == 0;
  const auto byte = static_cast<std::byte>(kBytes[below(random, kBytes.size())]);
  std::generate_n(place(parts.scan, at), count, [&] { return same ? byte : random_byte(random); });
}

void put_in_marker(JpegParts& parts, const JpegParts&, std::mt19937& random) {
  constexpr std::array<int, 10> kCodes = {0x00, 0x00, 0xd0, 0xd1, 0xd7, 0xd8, 0xd9, 0xff, 0xfe, 0x01};
  insert_marker(parts.scan, below(random, parts.scan.size()), kCodes[below(random, kCodes.size())]);
}

std::vector<std::size_t> restart_places(const Bytes& scan) {
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i + 1 < scan.size(); ++i) {
    if (scan[i] == std::byte{0xff} && (scan[i + 1] & std::byte{0xf8}) == std::byte{0xd0}) places.push_back(i);
  }
  return places;
}

void change_restart(JpegParts& parts, const JpegParts&, std::mt19937& random) {
  const std::vector<std::size_t> places = restart_places(parts.scan);
  if (places.empty()) return;
  const std::size_t at = places[below(random, places.size())];
  const auto number = static_cast<int>(below(random, 8));
  switch (below(random, 5)) {
    case 0:
      parts.scan[at + 1] = static_cast<std::byte>(0xd0 + number);
      break;
    case 1:
      parts.scan.erase(place(parts.scan, at), place(parts.scan, at + 2));
      break;
    case 2:
      insert_marker(parts.scan, at, 0xd0 + number);
      break;
    case 3:
      parts.scan.insert(place(parts.scan, at), 1 + below(random, 3), std::byte{0xff});
      break;
    default:
      parts.scan.insert(place(parts.scan, at), 1 + below(random, 9), random_byte(random));
  }
}

void cut_or_stretch(JpegParts& parts, const JpegParts&, std::mt19937& random) {
  const std::size_t at = below(random, parts.scan.size());
  if (random() % 2 == 0) {
    const std::size_t count = std::min(1 + below(random, 20), parts.scan.size() - at);
    parts.scan.erase(place(parts.scan, at), place(parts.scan, at + count));
    if (parts.scan.empty()) parts.scan.push_back(std::byte{0});
  } else {
    parts.scan.insert(place(parts.scan, at), 1 + below(random, 20), random_byte(random));
  }
}

void truncate(JpegParts& parts, const JpegParts&, std::mt19937& random) {
  parts.scan.resize(1 + below(random, parts.scan.size()));
}

void splice(JpegParts& parts, const JpegParts& other, std::mt19937& random) {
  parts.scan.resize(1 + below(random, parts.scan.size()));
  const std::size_t from = below(random, other.scan.size());
  parts.scan.insert(parts.scan.end(), other.scan.begin() + static_cast<std::ptrdiff_t>(from), other.scan.end());
}

// Behind the end, where nothing should matter.
void append_bytes(JpegParts& parts, const JpegParts&, std::mt19937& random) {
  parts.scan.insert(parts.scan.end(), 1 + below(random, 40), random_byte(random));
}

using Mutation = void (*)(JpegParts&, const JpegParts&, std::mt19937&);

// The scan is where our own decoder works, so most changes are there.
constexpr std::array<Mutation, 20> kMutations = {
    change_payload, change_huffman, change_frame,   swap_segments, repeat_segment, drop_segment,  set_interval,
    change_scan,    change_scan,    change_scan,    set_scan,      set_scan,       put_in_marker, put_in_marker,
    change_restart, change_restart, cut_or_stretch, truncate,      splice,         append_bytes};

}  // namespace

JpegParts::JpegParts(const Bytes& file) {
  std::size_t at = 2;
  bool in_scan = false;
  while (!in_scan && at + kSegmentHeader <= file.size()) {
    const std::size_t length =
        2 + (std::to_integer<std::size_t>(file[at + 2]) << 8U | std::to_integer<std::size_t>(file[at + 3]));
    const auto begin = file.begin() + static_cast<std::ptrdiff_t>(at);
    segments.emplace_back(begin, begin + static_cast<std::ptrdiff_t>(length));
    in_scan = file[at + 1] == std::byte{0xda};
    at += length;
  }
  scan.assign(file.begin() + static_cast<std::ptrdiff_t>(at), file.end());
}

Bytes JpegParts::joined() const {
  Bytes file = to_bytes({0xff, 0xd8});
  for (const Bytes& segment : segments) file.insert(file.end(), segment.begin(), segment.end());
  file.insert(file.end(), scan.begin(), scan.end());
  return file;
}

Bytes mutated_jpeg(const JpegParts& parts, const JpegParts& other, std::mt19937& random) {
  if (random() % 16 == 0) return damaged(parts.joined(), random);
  JpegParts changed = parts;
  const std::size_t times = 1 + below(random, 4) * below(random, 2);
  for (std::size_t i = 0; i < times; ++i) kMutations[below(random, kMutations.size())](changed, other, random);
  Bytes& scan = changed.scan;
  const bool ends =
      scan.size() >= kEndMarker && scan[scan.size() - 2] == std::byte{0xff} && scan.back() == std::byte{0xd9};
  if (!ends && random() % 8 != 0) insert_marker(scan, scan.size(), 0xd9);
  return changed.joined();
}

}  // namespace topfive::test
