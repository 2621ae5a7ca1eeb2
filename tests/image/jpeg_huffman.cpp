#include "image/jpeg_huffman.h"

#include <algorithm>
#include <bit>

namespace topfive::test {
namespace {

constexpr int kLongestCode = 16;
// Room for codes, counted in codes of 16 bits.
constexpr int kRoom = 1 << kLongestCode;

// What the next code takes away may leave no less than a long code for each of the others, and the one of all ones,
// which is forbidden.
bool fits(int length, int room, int others) { return room - (kRoom >> length) > others; }

constexpr int kMostOfLength = 255;

int next_length(CodeLengths lengths, int last, int count, std::mt19937& random) {
  switch (lengths) {
    case CodeLengths::kSteep:
      return last + 1;
    case CodeLengths::kLevel:
      return std::bit_width(static_cast<unsigned>(count));
    case CodeLengths::kLongest:
      return kLongestCode;
    default:
      return std::max(last, 1) + std::countr_one(static_cast<unsigned>(random() & 0xfU));
  }
}

}  // namespace

HuffmanTable make_huffman_table(const std::vector<std::uint8_t>& symbols, CodeLengths lengths, std::mt19937& random) {
  HuffmanTable table;
  table.symbols = symbols;
  const auto count = static_cast<int>(symbols.size());
  int room = kRoom;
  int length = 0;
  for (int i = 0; i < count; ++i) {
    length = std::clamp(next_length(lengths, length, count, random), std::max(length, 1), kLongestCode);
    // A table counts 255 codes of a length at most.
    if (i == 0 && count > kMostOfLength) --length;
    while (!fits(length, room, count - 1 - i)) ++length;
    ++table.counts[static_cast<std::size_t>(length) - 1];
    room -= kRoom >> length;
  }
  return table;
}

HuffmanCodes::HuffmanCodes(const HuffmanTable& table) {
  std::uint32_t code = 0;
  std::size_t index = 0;
  for (int length = 1; length <= kLongestCode; ++length, code <<= 1U) {
    for (int i = 0; i < table.counts[static_cast<std::size_t>(length) - 1]; ++i) {
      codes[table.symbols[index]] = code++;
      lengths[table.symbols[index++]] = length;
    }
  }
}

}  // namespace topfive::test
