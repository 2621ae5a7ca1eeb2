// Entries of several symbols, put together from those of one, for the kernels of one instruction set. In plain loops
// that compilers turn into its gathers.
#pragma once

#include "topfive/image/jpeg/kernels.h"

namespace topfive::image::jpeg {
namespace {

// Fields of a single.
TOPFIVE_TARGET TOPFIVE_INLINE std::uint32_t step_of(std::uint32_t single) { return single & 0xffU; }
TOPFIVE_TARGET TOPFIVE_INLINE std::uint32_t bits_of(std::uint32_t single) { return single >> kSingleBits & 31U; }
TOPFIVE_TARGET TOPFIVE_INLINE std::uint32_t size_of(std::uint32_t single) { return single >> kSingleSize & 15U; }
TOPFIVE_TARGET TOPFIVE_INLINE std::uint32_t value_of(std::uint32_t single) {
  return static_cast<std::uint32_t>(static_cast<std::int32_t>(single) >> kSingleValue);
}

// All ones where the value of a single lies behind an index of so many bits.
TOPFIVE_TARGET TOPFIVE_INLINE std::uint32_t is_behind(std::uint32_t single, std::uint32_t index_bits) {
  const std::uint32_t too_long = bits_of(single) > index_bits ? ~0U : 0U;
  const std::uint32_t too_large = size_of(single) > kLargestInSingle ? ~0U : 0U;
  return too_long | too_large;
}

// Bits of the index that a single needs: of its code, and of its value where that is not behind.
TOPFIVE_TARGET TOPFIVE_INLINE std::uint32_t needed_of(std::uint32_t single, std::uint32_t index_bits) {
  return bits_of(single) - (size_of(single) & is_behind(single, index_bits));
}

// All ones where `next` can follow: the symbols before leave its code in the index, and neither end the block nor have
// a value behind it.
TOPFIVE_TARGET TOPFIVE_INLINE std::uint32_t follows(std::uint32_t bits, std::uint32_t step, std::uint32_t next,
                                                    std::uint32_t index_bits) {
  const std::uint32_t fits = bits + needed_of(next, index_bits) <= index_bits ? ~0U : 0U;
  const std::uint32_t goes_on = bits != 0 ? ~0U : 0U;
  const std::uint32_t inside = step < kLeave ? ~0U : 0U;
  const std::uint32_t exists = bits_of(next) != 0 ? ~0U : 0U;
  return fits & goes_on & inside & exists;
}

#ifdef __GNUC__
using EntryNumber __attribute__((may_alias)) = std::uint64_t;
#else
using EntryNumber = std::uint64_t;
#endif

// The single at an index of kEntryBits; none where its code is longer.
TOPFIVE_TARGET TOPFIVE_INLINE std::uint32_t single_at(const std::uint32_t* singles, std::uint32_t index) {
  const std::uint32_t single = singles[(index << (kSkipBits - kEntryBits)) & (kSkips - 1)];
  const std::uint32_t known = needed_of(single, kEntryBits) <= kEntryBits ? ~0U : 0U;
  return (single & known) | (kLeave & ~known);
}

TOPFIVE_TARGET void make_entries(const std::uint32_t* __restrict singles, AcEntry* __restrict entries) {
  auto* const numbers = reinterpret_cast<EntryNumber*>(entries);
  for (std::uint32_t i = 0; i < kEntries; ++i) {
    const std::uint32_t first = single_at(singles, i);
    const std::uint32_t second = single_at(singles, i << bits_of(first));
    const std::uint32_t paired = follows(bits_of(first), step_of(first), second, kEntryBits);
    const std::uint32_t last = (second & paired) | (first & ~paired);
    const std::uint32_t bits = bits_of(first) + (bits_of(second) & paired);
    const std::uint32_t step = step_of(first) + (step_of(second) & paired);
    const std::uint32_t behind = is_behind(last, kEntryBits);
    const std::uint32_t value = ((size_of(last) | bits << kBehindBits) & behind) | (value_of(last) & ~behind);
    const std::uint32_t low = bits | step_of(first) << kFirstStep | step << kWholeStep | (behind & 1U) << kBehind;
    const std::uint32_t high = (value_of(first) & 0xffffU) | value << 16U;
    numbers[i] = low | static_cast<std::uint64_t>(high) << 32U;
  }
}

TOPFIVE_TARGET void make_skips(const std::uint32_t* __restrict singles, std::uint16_t* __restrict skips) {
  constexpr std::uint32_t kMask = kSkips - 1;
  for (std::uint32_t i = 0; i < kSkips; ++i) {
    const std::uint32_t first = singles[i];
    const std::uint32_t second = singles[i << bits_of(first) & kMask];
    const std::uint32_t paired = follows(bits_of(first), step_of(first), second, kSkipBits);
    const std::uint32_t bits = bits_of(first) + (bits_of(second) & paired);
    const std::uint32_t step = step_of(first) + (step_of(second) & paired);
    const std::uint32_t third = singles[i << bits & kMask];
    const std::uint32_t more = follows(bits, step, third, kSkipBits);
    skips[i] = static_cast<std::uint16_t>((bits + (bits_of(third) & more)) | (step + (step_of(third) & more)) << kStep);
  }
}

TOPFIVE_TARGET void combine_singles(const std::uint32_t* singles, AcEntry* entries, std::uint16_t* skips) {
  make_entries(singles, entries);
  make_skips(singles, skips);
}

}  // namespace
}  // namespace topfive::image::jpeg
