// Entries of several symbols, put together from those of one, for the kernels of one instruction set. In plain loops
// that compilers turn into its gathers.
#pragma once

#include "topfive/image/jpeg/kernels.h"

namespace topfive::image::jpeg {
namespace {

// Fields of a single.
TOPFIVE_TARGET TOPFIVE_INLINE std::uint32_t step_of(std::uint32_t single) { return single & 0xffU; }
TOPFIVE_TARGET TOPFIVE_INLINE std::uint32_t bits_of(std::uint32_t single) { return single >> kSingleBits & 31U; }
TOPFIVE_TARGET TOPFIVE_INLINE std::uint32_t needed_of(std::uint32_t single) { return single >> kSingleNeeded & 15U; }
TOPFIVE_TARGET TOPFIVE_INLINE std::uint32_t behind_of(std::uint32_t single) { return single >> kSingleBehind & 15U; }
TOPFIVE_TARGET TOPFIVE_INLINE std::uint32_t value_of(std::uint32_t single) {
  return static_cast<std::uint32_t>(static_cast<std::int32_t>(single) >> kSingleValue);
}

// All ones where `next` can follow: the symbols before leave its code in the index, and neither end the block nor have
// a value behind it.
TOPFIVE_TARGET TOPFIVE_INLINE std::uint32_t follows(std::uint32_t bits, std::uint32_t step, std::uint32_t next) {
  const std::uint32_t fits = bits + needed_of(next) <= kAcIndexBits ? ~0U : 0U;
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

TOPFIVE_TARGET void combine_singles(const std::uint32_t* __restrict singles, AcEntry* __restrict entries,
                                    std::uint32_t* __restrict skips) {
  auto* const numbers = reinterpret_cast<EntryNumber*>(entries);
  constexpr std::uint32_t kMask = kAcEntries - 1;
  for (std::uint32_t i = 0; i < kAcEntries; ++i) {
    const std::uint32_t first = singles[i];
    const std::uint32_t second = singles[i << bits_of(first) & kMask];
    const std::uint32_t paired = follows(bits_of(first), step_of(first), second);
    const std::uint32_t last = (second & paired) | (first & ~paired);
    const std::uint32_t bits = bits_of(first) + (bits_of(second) & paired);
    const std::uint32_t step = step_of(first) + (step_of(second) & paired);
    // A value behind the index is 0 in its single, so that its size takes its place.
    const std::uint32_t behind = (0U - behind_of(last)) >> 31U;
    const std::uint32_t low = bits | step_of(first) << kFirstStep | step << kWholeStep | behind << kBehind;
    const std::uint32_t high = (value_of(first) & 0xffffU) | (value_of(last) | behind_of(last)) << 16U;
    numbers[i] = low | static_cast<std::uint64_t>(high) << 32U;
    const std::uint32_t third = singles[i << bits & kMask];
    const std::uint32_t more = follows(bits, step, third);
    skips[i] = (bits + (bits_of(third) & more)) | (step + (step_of(third) & more)) << kStep;
  }
}

}  // namespace
}  // namespace topfive::image::jpeg
