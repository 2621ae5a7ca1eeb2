// Fills the slot of one ticket, whatever it takes: the ticket's own sample, or the next good one of
// the order.
#pragma once

#include <cstdint>
#include <exception>
#include <optional>
#include <string>
#include <vector>

#include "topfive/data/batch_loader.h"
#include "topfive/data/epoch_order.h"
#include "topfive/data/sample_reader.h"

namespace topfive::data {

// A sample that was tried and could not be used.
struct BadAttempt {
  std::int64_t index = 0;
  std::string kind;
  std::string reason;
};

// What went wrong on the way to a ticket's sample. The consumer judges it, in ticket order, so that
// the verdict does not depend on which thread met what first.
struct SlotTrouble {
  std::int64_t ticket = 0;
  std::vector<BadAttempt> bad;
  bool filled = false;       // a later sample of the order took the place, or it was left out
  std::exception_ptr error;  // anything but a bad picture: a bug, no memory
};

// Never throws for the content of samples. To replace a bad one it tries at most max_bad + 1 samples (and each sample
// of the order once): more bad ones than that end the epoch anyhow. Empty when the first attempt was good.
std::optional<SlotTrouble> fill_slot(SampleReader& reader, const EpochOrder& order, std::int64_t ticket,
                                     const LoaderOptions& options, const Slot& slot);

}  // namespace topfive::data
