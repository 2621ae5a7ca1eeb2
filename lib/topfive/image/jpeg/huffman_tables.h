// Look-up tables for the Huffman codes of baseline JPEG (ITU-T T.81, annexes C and F.2.2).
//
// A look-up takes the next bits of the stream and gives whole coefficients: the code and the bits of its value at once,
// and the following code too where it fits. What no sound encoder writes (a code that does not exist, a run without a
// value) is in no table: libjpeg decides about such a stream.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>

namespace topfive::image::jpeg {

// A table as a file has it: how many codes there are of each length from 1 to 16, and their symbols.
struct HuffmanSpec {
  std::span<const std::uint8_t, 16> counts;
  std::span<const std::uint8_t, 256> symbols;
};

// Codes in the order of their length, as numbers of 16 bits with zeros behind the code.
struct CanonicalCodes {
  std::array<std::uint32_t, 18> limits{};  // by length: the first number above all codes of this length or less
  std::array<std::int32_t, 17> offsets{};  // by length: symbol index less the code as a number of its length
  std::array<std::uint8_t, 256> symbols{};
  std::array<std::uint8_t, 16> counts{};
  int count = 0;  // of all codes; 0 until a table was set

  // False where libjpeg would refuse the table: more codes than there is room for.
  bool set(const HuffmanSpec& spec);
  // Whether these are the codes of the table; no codes at all are never.
  bool are(const HuffmanSpec& spec) const;
  // Length of the code at the head of 16 bits, if it is at least `shortest`; 17 where there is none.
  int length(std::uint32_t head, int shortest) const {
    int length = shortest;
    while (length <= 16 && head >= limits[static_cast<std::size_t>(length)]) ++length;
    return length;
  }
  int symbol(std::uint32_t head, int length) const {
    const auto code = static_cast<std::int32_t>(head >> (16 - length));
    return symbols[static_cast<std::size_t>(code + offsets[static_cast<std::size_t>(length)]) & 0xffU];
  }
};

// What a value of `size` bits stands for (T.81, table F.1): the upper half is positive. Without a branch, which would
// be guessed wrong for every other value.
constexpr int extend(std::uint32_t bits, int size) {
  const int negative = static_cast<int>(bits << 1U >> size) - 1;  // all ones, or 0
  return static_cast<int>(bits) + (negative & (1 - (1 << size)));
}

// Added to the position of a coefficient by a code after which the block is done, or the loop has to look closer.
inline constexpr unsigned kLeave = 128;

// Entry of an AC table: two symbols; where there is one only, the second repeats the first. The last symbol's value may
// lie behind the index: then the loop notes it down.
struct AcEntry {
  std::uint8_t bits;        // of all symbols and their values together; 0 where no look-up serves
  std::uint8_t first_step;  // from the last coefficient to the first one
  std::uint8_t whole_step;  // to the second one; kLeave is in it at the end of a block and where no look-up serves
  std::uint8_t behind;      // 1 where the last value lies behind the index
  std::int16_t first_value;
  std::int16_t second_value;  // of one behind the index: its size, and from kBehindBits on the entry's bits
};
static_assert(sizeof(AcEntry) == sizeof(std::uint64_t) && std::endian::native == std::endian::little,
              "kernels write entries as numbers");
// Their lowest bits in that number.
inline constexpr int kFirstStep = 8;
inline constexpr int kWholeStep = 16;
inline constexpr int kBehind = 24;
inline constexpr unsigned kBehindSize = 15;
inline constexpr int kBehindBits = 4;

// An entry for blocks that are dropped has bits as above, and one step from here on.
inline constexpr int kStep = 8;

// Fields of an entry of one symbol, from which the others are put together: step, bits with the value, size of the
// value, and the value, with its sign, where it is in the index.
inline constexpr int kSingleBits = 8;
inline constexpr int kSingleSize = 13;
inline constexpr int kSingleValue = 21;
inline constexpr int kLargestInSingle = 31 - kSingleValue;  // size of a value that fits

// Bits of the index of entries, and of that of skips and singles. The entries of two tables share the first-level cache
// with coefficients and samples; with eleven bits they were slower.
inline constexpr int kEntryBits = 10;
inline constexpr int kSkipBits = 11;
inline constexpr std::size_t kEntries = std::size_t{1} << kEntryBits;
inline constexpr std::size_t kSkips = std::size_t{1} << kSkipBits;

// Makes entries and skips of singles; a kernel, see combine_singles.h.
using CombineSingles = void (*)(const std::uint32_t* singles, AcEntry* entries, std::uint16_t* skips);

class AcTable {
 public:
  bool set(const HuffmanSpec& spec, CombineSingles combine);
  const AcEntry* entries() const { return entries_.data(); }
  // For blocks that are dropped: up to three symbols an entry.
  const std::uint16_t* skips() const { return skips_.data(); }
  const CanonicalCodes& codes() const { return codes_; }

 private:
  void set_singles(const HuffmanSpec& spec);

  CanonicalCodes codes_;
  alignas(64) std::array<std::uint32_t, kSkips> singles_{};
  alignas(64) std::array<AcEntry, kEntries> entries_{};
  alignas(64) std::array<std::uint16_t, kSkips> skips_{};
};

// Differences of DC values. A look-up gives the code; the value's bits are taken from the stream, whatever their count.
class DcTable {
 public:
  static constexpr int kIndexBits = 10;
  // Fields of an entry by their lowest bit: bits of code and value together, bits of the code, bits of the value.
  static constexpr unsigned kCodeBits = 5;
  static constexpr unsigned kSize = 10;
  static constexpr unsigned kMask = 31;

  bool set(const HuffmanSpec& spec);
  // 0 for a code that is longer than the index.
  const std::uint16_t* entries() const { return entries_.data(); }
  // The entry of such a code, at the head of 16 bits; 0 where there is none.
  std::uint16_t long_entry(std::uint32_t head) const;

 private:
  CanonicalCodes codes_;
  alignas(64) std::array<std::uint16_t, std::size_t{1} << kIndexBits> entries_{};
};

}  // namespace topfive::image::jpeg
