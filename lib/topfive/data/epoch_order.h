// Which sample belongs to which ticket of an epoch.
//
// Position p of the epoch's global order holds sample permutation(p), or p itself without
// shuffling. Rank r of W owns the positions r, r + W, r + 2W, ... and its ticket t stands for
// position r + t * W; ticket t lies in batch t / B, slot t % B. At equal W * B, batch b of all
// ranks together therefore holds the same samples for any W.
#pragma once

#include <cstdint>
#include <optional>

#include "topfive/base/permutation.h"
#include "topfive/data/batch_loader.h"

namespace topfive::data {

// Tickets of one rank. samples >= 0, batch_size >= 1, 0 <= rank < world_size.
std::int64_t tickets_in_epoch(std::int64_t samples, int batch_size, const EpochPlan& plan);

// Immutable, thread-safe.
class EpochOrder {
 public:
  // samples >= 1; throws std::invalid_argument for a plan out of range.
  EpochOrder(std::int64_t samples, int batch_size, std::uint64_t seed, const EpochPlan& plan);

  std::int64_t samples() const { return samples_; }
  std::int64_t epoch() const { return plan_.epoch; }
  // Both counted from the beginning of the epoch, also after a resume.
  std::int64_t first_ticket() const { return first_ticket_; }
  std::int64_t end_ticket() const { return end_ticket_; }
  // The sample `steps` places behind the ticket's own in the global order, going round at its end.
  std::int64_t sample(std::int64_t ticket, std::int64_t steps = 0) const;

 private:
  std::int64_t samples_;
  EpochPlan plan_;
  std::int64_t first_ticket_;
  std::int64_t end_ticket_;
  std::optional<base::EpochPermutation> permutation_;
};

}  // namespace topfive::data
