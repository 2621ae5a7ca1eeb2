// Counts the bad pictures of an epoch and says when they are too many.
#pragma once

#include <cstdint>
#include <unordered_set>

#include "topfive/data/batch_loader.h"
#include "topfive/data/slot_filler.h"

namespace topfive::data {

// Used by the consumer's thread only, which shows it the troubles in ticket order.
class BadLedger {
 public:
  BadLedger(const SampleSource& source, const LoaderOptions& options);  // borrows both

  void begin_epoch(std::int64_t epoch);
  // Counts and reports every sample that is new; throws UserError(kBadData) at the first beyond
  // what the options allow, and throws on an exception that the trouble carries.
  void judge(const SlotTrouble& trouble);
  std::int64_t count() const { return static_cast<std::int64_t>(seen_.size()); }

 private:
  void judge(const BadAttempt& attempt);

  const SampleSource& source_;
  const LoaderOptions& options_;
  std::int64_t epoch_ = 0;
  std::unordered_set<std::int64_t> seen_;
};

}  // namespace topfive::data
