// The entropy-coded bytes of a scan without their stuffing, a buffer at a time.
//
// In a scan a byte FF is followed by a stuffed 00, and anything else after FF is a marker, which ends the segment. The
// buffer holds the bytes as they were before stuffing, so that a decoder loads eight at once; behind the last byte of a
// segment it holds zeros.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "topfive/image/jpeg/bit_reader.h"

namespace topfive::image::jpeg {

struct Kernels;

// Copies bytes from `raw` on without their stuffing, until a marker, `raw_end`, or until less than a kernel's step of
// the capacity is left. Moves `raw` to the first byte that was not taken; returns the bytes written. May write
// kUnstuffSlack bytes behind them.
using Unstuff = std::size_t (*)(const std::uint8_t*& raw, const std::uint8_t* raw_end, std::uint8_t* out,
                                std::size_t capacity);
inline constexpr std::size_t kUnstuffStep = 64;

class EntropyBytes {
 public:
  // More than a unit of six blocks takes at the very most: 64 codes of 16 bits with values of 15 bits each.
  static constexpr std::size_t kLookAhead = 2048;

  explicit EntropyBytes(Unstuff unstuff);

  // Begins a segment at `raw`; its reader. The bytes up to `raw_end` must stay. Every call below takes that reader.
  BitReader begin(const std::uint8_t* raw, const std::uint8_t* raw_end);
  // Begins in the middle of a segment: at a bit of `raw`, from 0 (the highest) to 7.
  BitReader begin_at(const std::uint8_t* raw, std::uint32_t bit, const std::uint8_t* raw_end);
  // Where the reader is, in bits of `raw`, which begin() or begin_at() got or what lies before it in the same scan.
  std::uint64_t raw_bit(const BitReader& bits, const std::uint8_t* raw) const;
  // A reader may begin a unit wherever next <= limit().
  const std::uint8_t* limit() const { return limit_; }
  // Makes room for another unit; false at the end of a segment, where there is no more.
  bool advance(BitReader& bits);
  // Whether no more was read than there is.
  bool in_bounds(const BitReader& bits) const { return !ended_ || bits.position(buffer_.data()) <= filled_bits(); }
  // At the end of a segment, less than a byte of padding is left, and the marker RST0 + number follows: begins the
  // segment behind it. False where something else is there.
  bool begin_next(BitReader& bits, int number);

  std::size_t scratch_bytes() const { return buffer_.capacity(); }

 private:
  static constexpr std::size_t kCapacity = 8192;

  std::int64_t filled_bits() const { return static_cast<std::int64_t>(filled_) * 8; }
  void fill();
  bool at_marker(BitReader& bits, std::uint8_t marker);

  Unstuff unstuff_;
  std::vector<std::uint8_t> buffer_;
  std::size_t filled_ = 0;
  const std::uint8_t* raw_ = nullptr;
  const std::uint8_t* raw_end_ = nullptr;
  const std::uint8_t* limit_ = nullptr;
  bool ended_ = false;  // at a marker, or at the end of the file
};

}  // namespace topfive::image::jpeg
