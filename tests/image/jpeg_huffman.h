// Huffman tables that no usual encoder writes: very long codes, all of one length, frequent symbols behind rare ones.
#pragma once

#include <array>
#include <cstdint>
#include <random>
#include <vector>

namespace topfive::test {

// As a DHT segment has it. The codes are canonical: in the order of the symbols.
struct HuffmanTable {
  std::array<std::uint8_t, 16> counts{};  // of codes by their length, from 1
  std::vector<std::uint8_t> symbols;
};

enum class CodeLengths {
  kMixed,   // whatever is allowed, longer and longer
  kSteep,   // 1, 2, 3, ... bits, and 16 for all the rest
  kLevel,   // one length for all, as short as it goes
  kLongest  // 16 bits for all
};

// Symbols get their codes in the order given; `symbols` holds each once, at most 256.
HuffmanTable make_huffman_table(const std::vector<std::uint8_t>& symbols, CodeLengths lengths, std::mt19937& random);

// Codes and their lengths by symbol; a length of 0 for a symbol without a code.
struct HuffmanCodes {
  std::array<std::uint32_t, 256> codes{};
  std::array<int, 256> lengths{};

  explicit HuffmanCodes(const HuffmanTable& table);
};

}  // namespace topfive::test
