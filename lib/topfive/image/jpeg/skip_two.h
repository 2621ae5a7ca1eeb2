// Drops the units of two rows at a time, for the kernels of one instruction set: see read_units.h.
//
// A look-up waits for the one before it. Those of another row do not, so two rows take hardly longer than one. Each
// block of one row is read beside the block of the other; the one that ends first waits, with entries masked to
// nothing, so that one branch at the end is all that can be guessed wrong.
#pragma once

#include "topfive/image/jpeg/read_units.h"

namespace topfive::image::jpeg {

namespace {

// A block on its way.
struct SkipLane {
  BitReader bits;
  unsigned position = 0;
  std::uint32_t last = 0;  // the last entry that was taken
  std::uint32_t open = 0;  // all ones until the block has ended
};

TOPFIVE_TARGET TOPFIVE_INLINE void skip_entry(SkipLane& lane, const std::uint16_t* entries) {
  const std::uint32_t entry = entries[lane.bits.window >> (64 - kSkipBits)] & lane.open;
  lane.bits.refill();
  lane.bits.window <<= entry & 63U;
  lane.bits.left -= entry & 0xffU;
  lane.position += entry >> kStep;
  lane.last = entry != 0 ? entry : lane.last;
  lane.open = static_cast<std::uint32_t>(static_cast<std::int32_t>(lane.position - kLast) >> 31);
}

TOPFIVE_TARGET TOPFIVE_INLINE bool begin_block(SkipLane& lane, const DcTable& table, std::int32_t& dc) {
  int difference = 0;
  if (!read_difference(lane.bits, table, difference)) return false;
  dc += difference;
  lane.position = 0;
  lane.open = ~0U;
  return fits_16_bits(dc);
}

TOPFIVE_TARGET TOPFIVE_INLINE bool end_block(SkipLane& lane, const AcTable& table) {
  return is_end(lane.position, lane.last & 0xffU) ||
         skip_rest(lane.bits, table, {lane.position, lane.last & 0xffU, lane.last >> kStep});
}

TOPFIVE_TARGET int skip_two(EntropyState& first, EntropyState& second, const UnitPlan& plan, int units,
                            const std::uint8_t* first_limit, const std::uint8_t* second_limit) {
  SkipLane a{first.bits};
  SkipLane b{second.bits};
  int unit = 0;
  for (; unit < units && a.bits.next <= first_limit && b.bits.next <= second_limit; ++unit) {
    for (int i = 0; i < plan.count; ++i) {
      const UnitBlock& place = plan.blocks[static_cast<std::size_t>(i)];
      const auto component = static_cast<std::size_t>(place.component);
      if (!begin_block(a, *place.dc, first.dc[component]) || !begin_block(b, *place.dc, second.dc[component])) {
        return kIrregular;
      }
      const std::uint16_t* entries = place.ac->skips();
      do {
        skip_entry(a, entries);
        skip_entry(b, entries);
      } while ((a.open | b.open) != 0);
      if (!end_block(a, *place.ac) || !end_block(b, *place.ac)) return kIrregular;
    }
  }
  first.bits = a.bits;
  second.bits = b.bits;
  return unit;
}

}  // namespace

}  // namespace topfive::image::jpeg
