#include "topfive/data/slot_filler.h"

#include <algorithm>

#include "topfive/image/decode.h"

namespace topfive::data {
namespace {

std::string kind_name(image::BadPicture kind) {
  for (const auto& [name, value] : image::bad_picture_names()) {
    if (value == kind) return name;
  }
  return "damaged";
}

// What is wrong with the sample, or nothing.
std::optional<BadAttempt> try_sample(SampleReader& reader, std::int64_t index, const Draw& draw, const Slot& slot) {
  try {
    reader.read(index, draw, slot);
    return std::nullopt;
  } catch (const SampleError& error) {
    return BadAttempt{index, "unreadable", error.what()};
  } catch (const image::DecodeError& error) {
    return BadAttempt{index, kind_name(error.kind()), error.what()};
  }
}

void try_in_order(SampleReader& reader, const EpochOrder& order, std::int64_t attempts, const Slot& slot,
                  SlotTrouble& trouble) {
  const Draw draw = {order.epoch(), order.copy(trouble.ticket)};
  for (std::int64_t step = 0; step < attempts && !trouble.filled; ++step) {
    const std::int64_t index = order.sample(trouble.ticket, step);
    if (auto bad = try_sample(reader, index, draw, slot)) {
      trouble.bad.push_back(std::move(*bad));
    } else {
      trouble.filled = true;
    }
  }
}

}  // namespace

std::optional<SlotTrouble> fill_slot(SampleReader& reader, const EpochOrder& order, std::int64_t ticket,
                                     const LoaderOptions& options, const Slot& slot) {
  SlotTrouble trouble;
  trouble.ticket = ticket;
  const std::int64_t replacements =
      options.bad_pictures == BadPictures::kReplace ? std::min(order.samples() - 1, options.max_bad) : 0;
  try {
    try_in_order(reader, order, replacements + 1, slot, trouble);
    if (!trouble.filled && options.bad_pictures == BadPictures::kLeaveOut) {
      reader.leave_out(trouble.bad.front().index, slot);
      trouble.filled = true;
    }
  } catch (...) {
    trouble.error = std::current_exception();
  }
  if (trouble.filled && trouble.bad.empty()) return std::nullopt;
  return trouble;
}

}  // namespace topfive::data
