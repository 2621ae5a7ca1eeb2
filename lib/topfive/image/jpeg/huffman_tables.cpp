#include "topfive/image/jpeg/huffman_tables.h"

#include <algorithm>
#include <cstddef>

namespace topfive::image::jpeg {
namespace {

constexpr int kSizeMask = 15;
constexpr int kLargestSize = 15;  // of a DC difference
constexpr int kEndOfBlock = 0x00;
constexpr int kSixteenZeros = 0xf0;  // a run of 15 and no value

// Of an AC table: a code with the `size` bits of its value.
constexpr std::uint32_t single(int bits, unsigned step, int size, int value) {
  return step | static_cast<std::uint32_t>(bits) << kSingleBits | static_cast<std::uint32_t>(size) << kSingleSize |
         static_cast<std::uint32_t>(value) << kSingleValue;
}

// Calls write(first index, indices, symbol, bits of its code) for the codes of at most `index_bits`.
template <class Write>
void for_each_code(const HuffmanSpec& spec, int index_bits, const Write& write) {
  std::size_t index = 0;
  std::size_t symbol = 0;
  for (int length = 1; length <= index_bits; ++length) {
    const std::size_t indices = std::size_t{1} << (index_bits - length);
    for (int i = 0; i < spec.counts[static_cast<std::size_t>(length) - 1]; ++i, index += indices) {
      write(index, indices, int{spec.symbols[symbol++]}, length);
    }
  }
}

// Entries of one code whose value has `size` bits, of which all are in the index.
template <class Entry>
void write_values(std::uint32_t* entries, std::size_t indices, int size, const Entry& entry) {
  if (size == 0) {
    std::fill_n(entries, indices, entry(0));
    return;
  }
  const std::size_t copies = indices >> size;
  for (std::uint32_t bits = 0; bits < (1U << size); ++bits, entries += copies) {
    std::fill_n(entries, copies, entry(extend(bits, size)));
  }
}

// Of a DC table.
constexpr std::uint16_t entry_of(int size, int length) {
  return static_cast<std::uint16_t>(static_cast<unsigned>(length + size) |
                                    static_cast<unsigned>(length) << DcTable::kCodeBits |
                                    static_cast<unsigned>(size) << DcTable::kSize);
}

}  // namespace

bool CanonicalCodes::set(const HuffmanSpec& spec) {
  std::copy(spec.symbols.begin(), spec.symbols.end(), symbols.begin());
  std::copy(spec.counts.begin(), spec.counts.end(), counts.begin());
  count = 0;
  std::uint32_t code = 0;
  int index = 0;
  for (int length = 1; length <= 16; ++length) {
    const int codes = spec.counts[static_cast<std::size_t>(length) - 1];
    offsets[static_cast<std::size_t>(length)] = index - static_cast<std::int32_t>(code);
    code += static_cast<std::uint32_t>(codes);
    index += codes;
    // No code is all ones.
    if (codes > 0 && code >= (1U << length)) return false;
    limits[static_cast<std::size_t>(length)] = code << (16 - length);
    code <<= 1U;
  }
  if (index > 256) return false;
  count = index;
  return true;
}

bool CanonicalCodes::are(const HuffmanSpec& spec) const {
  return count > 0 && std::equal(counts.begin(), counts.end(), spec.counts.begin()) &&
         std::equal(symbols.begin(), symbols.begin() + count, spec.symbols.begin());
}

bool AcTable::set(const HuffmanSpec& spec, CombineSingles combine) {
  if (codes_.are(spec)) return true;  // files of one encoder often share their tables
  if (!codes_.set(spec)) return false;
  set_singles(spec);
  combine(singles_.data(), entries_.data(), skips_.data());
  return true;
}

void AcTable::set_singles(const HuffmanSpec& spec) {
  std::size_t end = 0;
  for_each_code(spec, kSkipBits, [&](std::size_t first, std::size_t indices, int symbol, int length) {
    std::uint32_t* entries = &singles_[first];
    end = first + indices;
    const int size = symbol & kSizeMask;
    const auto step = static_cast<unsigned>((symbol >> 4) + 1);
    if (symbol == kEndOfBlock) {
      std::fill_n(entries, indices, single(length, kLeave, 0, 0));
    } else if (symbol == kSixteenZeros) {
      std::fill_n(entries, indices, single(length, step, 0, 0));
    } else if (size == 0) {
      std::fill_n(entries, indices, kLeave);
    } else if (length + size > kSkipBits || size > kLargestInSingle) {
      std::fill_n(entries, indices, single(length + size, step, size, 0));
    } else {
      write_values(entries, indices, size, [=](int value) { return single(length + size, step, size, value); });
    }
  });
  std::fill(singles_.begin() + static_cast<std::ptrdiff_t>(end), singles_.end(), kLeave);
}

bool DcTable::set(const HuffmanSpec& spec) {
  if (codes_.are(spec)) return true;
  if (!codes_.set(spec)) return false;
  const auto codes = static_cast<std::ptrdiff_t>(codes_.count);
  if (std::any_of(spec.symbols.begin(), spec.symbols.begin() + codes, [](int size) { return size > kLargestSize; })) {
    codes_.count = 0;
    return false;
  }
  std::size_t end = 0;
  for_each_code(spec, kIndexBits, [&](std::size_t first, std::size_t indices, int size, int length) {
    end = first + indices;
    std::fill_n(&entries_[first], indices, entry_of(size, length));
  });
  std::fill(entries_.begin() + static_cast<std::ptrdiff_t>(end), entries_.end(), std::uint16_t{0});
  return true;
}

std::uint16_t DcTable::long_entry(std::uint32_t head) const {
  const int length = codes_.length(head, kIndexBits + 1);
  return length > 16 ? std::uint16_t{0} : entry_of(codes_.symbol(head, length), length);
}

}  // namespace topfive::image::jpeg
