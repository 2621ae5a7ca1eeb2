#include "topfive/data/slot_filler.h"

#include <algorithm>

#include "topfive/image/decode.h"

namespace topfive::data {
namespace {

// The reason why the sample cannot be used, or nothing.
std::optional<std::string> try_sample(SampleReader& reader, std::int64_t index, std::int64_t epoch, const Slot& slot) {
  try {
    reader.read(index, epoch, slot);
    return std::nullopt;
  } catch (const SampleError& error) {
    return error.what();
  } catch (const image::DecodeError& error) {
    return error.what();
  }
}

void try_in_order(SampleReader& reader, const EpochOrder& order, std::int64_t attempts, const Slot& slot,
                  SlotTrouble& trouble) {
  for (std::int64_t step = 0; step < attempts && !trouble.filled; ++step) {
    const std::int64_t index = order.sample(trouble.ticket, step);
    if (auto reason = try_sample(reader, index, order.epoch(), slot)) {
      trouble.bad.push_back({index, std::move(*reason)});
    } else {
      trouble.filled = true;
    }
  }
}

}  // namespace

std::optional<SlotTrouble> fill_slot(SampleReader& reader, const EpochOrder& order, std::int64_t ticket,
                                     std::int64_t max_bad, const Slot& slot) {
  SlotTrouble trouble;
  trouble.ticket = ticket;
  try {
    const std::int64_t attempts = std::min(order.samples() - 1, max_bad) + 1;
    try_in_order(reader, order, attempts, slot, trouble);
  } catch (...) {
    trouble.error = std::current_exception();
  }
  if (trouble.filled && trouble.bad.empty()) return std::nullopt;
  return trouble;
}

}  // namespace topfive::data
