// The entropy decoder, for the kernels of one instruction set: TOPFIVE_TARGET is what their functions are compiled for.
//
// The bits, their count and the place of the next byte stay in registers over a run of units. A look-up depends on the
// one before through the window alone; the refill is computed beside it, and all ends of the loop (end of block, code
// too long, last coefficient) are one branch.
#pragma once

#include <cstring>

#include "topfive/image/jpeg/kernels.h"
#include "topfive/image/jpeg/natural_order.h"

namespace topfive::image::jpeg {

namespace {

constexpr unsigned kLast = 63;  // position of the last coefficient
constexpr int kIrregular = -1;

// Values that lie behind their entries' index. They are noted down and stored by a loop of their own, as a branch on
// them in the loop over the look-ups would be guessed wrong for most.
struct ValuesBehind {
  // One unit may add a value for every coefficient.
  static constexpr std::size_t kEnough = 64;
  static constexpr std::size_t kCapacity = kEnough + 6 * kBlockSize;

  std::array<std::uint64_t, kCapacity> windows;  // that begin with the symbols of the entry
  std::array<std::int16_t*, kCapacity> places;   // where second_value of the entry is now
};

TOPFIVE_TARGET TOPFIVE_COLD void store_values(const ValuesBehind& values, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    const auto sizes = static_cast<unsigned>(*values.places[i]);
    const unsigned size = sizes & kBehindSize;
    const unsigned bits = sizes >> kBehindBits;
    const auto value = static_cast<std::uint32_t>(values.windows[i] << (bits - size) >> (64 - size));
    *values.places[i] = static_cast<std::int16_t>(extend(value, static_cast<int>(size)));
  }
}

// What is left of a block where the look-ups do not serve: a code longer than the index, or the last coefficient among
// the symbols of one look-up. One symbol after the other from `position` on; null drops the values.
struct RestOfBlock {
  BitReader bits;
  unsigned position;  // above kLast: the block is not regular
  bool complete;
};

TOPFIVE_TARGET TOPFIVE_COLD RestOfBlock read_symbol(BitReader bits, const CanonicalCodes& codes, unsigned position,
                                                    std::int16_t* block) {
  constexpr RestOfBlock kNone{{}, kLast + 1, true};
  bits.refill();
  const std::uint32_t head = bits.peek(16);
  const int length = codes.length(head, 1);
  if (length > 16) return kNone;
  const auto symbol = static_cast<unsigned>(codes.symbol(head, length));
  bits.skip(static_cast<std::uint32_t>(length));
  const unsigned run = symbol >> 4U;
  const auto size = static_cast<int>(symbol & 15U);
  if (size == 0) {
    if (run == 0) return {bits, position, true};
    if (run != 15) return kNone;
    return {bits, position + 16, position + 16 >= kLast};
  }
  position += run + 1;
  if (block != nullptr) {
    block[kNaturalOrder[position]] = static_cast<std::int16_t>(extend(bits.peek(size), size));
  }
  bits.skip(static_cast<std::uint32_t>(size));
  return {bits, position, position >= kLast};
}

// Whether a block is complete after a look-up of so many bits that led to a position above its last but one.
TOPFIVE_TARGET TOPFIVE_INLINE bool is_end(unsigned position, std::uint32_t bits) {
  return position == kLast || (position - kLeave < kLast && bits != 0);
}

// False where the block is not regular.
TOPFIVE_TARGET TOPFIVE_INLINE bool read_coefficients(BitReader& bits, const AcTable& table, std::int16_t* block,
                                                     ValuesBehind& behind, std::size_t& count) {
  const AcEntry* entries = table.entries();
  const std::uint8_t* place = kNaturalOrder.data();  // of the position
  for (;;) {
    const AcEntry& entry = entries[bits.window >> (64 - kEntryBits)];
    bits.refill();
    block[place[entry.first_step]] = entry.first_value;
    behind.windows[count] = bits.window;
    bits.window <<= entry.bits & 63U;
    bits.left -= entry.bits;
    place += entry.whole_step;
    std::int16_t* const last = block + *place;
    *last = entry.second_value;
    behind.places[count] = last;
    count += entry.behind;
    if (place < kNaturalOrder.data() + kLast) continue;
    const auto position = static_cast<unsigned>(place - kNaturalOrder.data());
    if (is_end(position, entry.bits)) return true;
    count -= entry.behind;
    BitReader before = bits;
    before.go_back(entry.bits);
    const RestOfBlock rest = read_symbol(before, table.codes(), position - entry.whole_step, block);
    bits = rest.bits;
    if (rest.complete) return rest.position <= kLast;
    place = kNaturalOrder.data() + rest.position;
  }
}

// The look-up after which a dropped block is not complete.
struct LastSkip {
  unsigned position;
  std::uint32_t bits;
  unsigned step;
};

// The rest of a dropped block; false where it is not regular.
TOPFIVE_TARGET TOPFIVE_COLD bool skip_rest(BitReader& bits, const AcTable& table, LastSkip skip) {
  for (;;) {
    BitReader before = bits;
    before.go_back(skip.bits);
    const RestOfBlock rest = read_symbol(before, table.codes(), skip.position - skip.step, nullptr);
    bits = rest.bits;
    if (rest.complete) return rest.position <= kLast;
    skip.position = rest.position;
    do {
      const std::uint32_t entry = table.skips()[bits.window >> (64 - kSkipBits)];
      bits.refill();
      skip.bits = entry & 0xffU;
      skip.step = entry >> kStep;
      bits.window <<= skip.bits & 63U;
      bits.left -= skip.bits;
      skip.position += skip.step;
    } while (skip.position < kLast);
    if (is_end(skip.position, skip.bits)) return true;
  }
}

// Reads a block and drops it.
TOPFIVE_TARGET TOPFIVE_INLINE bool skip_coefficients(BitReader& bits, const AcTable& table) {
  const std::uint16_t* entries = table.skips();
  unsigned position = 0;
  std::uint32_t entry = 0;
  do {
    entry = entries[bits.window >> (64 - kSkipBits)];
    bits.refill();
    bits.window <<= entry & 63U;
    bits.left -= entry & 0xffU;
    position += entry >> kStep;
  } while (position < kLast);
  return is_end(position, entry & 0xffU) || skip_rest(bits, table, {position, entry & 0xffU, entry >> kStep});
}

// The difference to the DC value before; false where the code does not exist. Takes at most 31 bits.
TOPFIVE_TARGET TOPFIVE_INLINE bool read_difference(BitReader& bits, const DcTable& table, int& difference) {
  unsigned entry = table.entries()[bits.window >> (64 - DcTable::kIndexBits)];
  bits.refill();
  if (entry == 0) [[unlikely]] {
    entry = table.long_entry(static_cast<std::uint32_t>(bits.window >> 48U));
    if (entry == 0) return false;
  }
  const unsigned size = entry >> DcTable::kSize;
  const std::uint64_t value = bits.window << (entry >> DcTable::kCodeBits & DcTable::kMask) >> 1U >> (63U - size);
  difference = extend(static_cast<std::uint32_t>(value), static_cast<int>(size));
  bits.skip(entry & DcTable::kMask);
  return true;
}

constexpr bool fits_16_bits(int value) { return value == static_cast<std::int16_t>(value); }

template <bool kStore>
TOPFIVE_TARGET int read_some_units(EntropyState& state, const UnitPlan& plan, UnitRange units,
                                   const std::uint8_t* limit, std::int16_t* out) {
  BitReader bits = state.bits;
  ValuesBehind behind;
  std::size_t count = 0;
  int unit = units.first;
  for (; unit < units.end && bits.next <= limit; ++unit) {
    for (int i = 0; i < plan.count; ++i) {
      const UnitBlock& place = plan.blocks[static_cast<std::size_t>(i)];
      std::int16_t* block = nullptr;
      if constexpr (kStore) {
        block = out + place.first + static_cast<std::size_t>(unit) * place.advance;
        std::memset(block, 0, kBlockSize * sizeof(*block));
      }
      int difference = 0;
      if (!read_difference(bits, *place.dc, difference)) return kIrregular;
      std::int32_t& dc = state.dc[static_cast<std::size_t>(place.component)];
      dc += difference;
      if (!fits_16_bits(dc)) return kIrregular;
      if constexpr (kStore) block[0] = static_cast<std::int16_t>(dc);
      const bool regular =
          kStore ? read_coefficients(bits, *place.ac, block, behind, count) : skip_coefficients(bits, *place.ac);
      if (!regular) return kIrregular;
    }
    if (kStore && count >= ValuesBehind::kEnough) {
      store_values(behind, count);
      count = 0;
    }
  }
  if constexpr (kStore) store_values(behind, count);
  state.bits = bits;
  return unit;
}

TOPFIVE_TARGET int read_units(EntropyState& state, const UnitPlan& plan, UnitRange units, const std::uint8_t* limit,
                              std::int16_t* out) {
  return out != nullptr ? read_some_units<true>(state, plan, units, limit, out)
                        : read_some_units<false>(state, plan, units, limit, out);
}

}  // namespace

}  // namespace topfive::image::jpeg
