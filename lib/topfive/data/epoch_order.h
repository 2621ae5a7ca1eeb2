// Which sample belongs to which ticket of an epoch.
//
// Position p of the epoch's global order holds sample permutation(p), or p itself without
// shuffling. With repeated augmentation (R > 1; Hoffer et al., arXiv 1901.09335, as DeiT and torchvision use it) it
// holds copy p % R of sample permutation(p / R): an epoch is as long as before, but shows 1 / R of the samples, R times
// each, and copies of one sample lie side by side, on different ranks where there are at least R. Rank r of W owns the
// positions r, r + W, r + 2W, ... and its ticket t stands for position r + t * W; ticket t lies in batch t / B, slot t
// % B. At equal W * B, batch b of all ranks together therefore holds the same samples for any W. With whole batches,
// rank r owns the positions of batches r, r + W, ... of one process's epoch.
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
  // samples >= 1, repeats >= 1; throws std::invalid_argument for a plan out of range.
  EpochOrder(std::int64_t samples, int batch_size, std::uint64_t seed, const EpochPlan& plan, int repeats = 1);

  std::int64_t samples() const { return samples_; }
  std::int64_t epoch() const { return plan_.epoch; }
  // Both counted from the beginning of the epoch, also after a resume.
  std::int64_t first_ticket() const { return first_ticket_; }
  std::int64_t end_ticket() const { return end_ticket_; }
  // The sample `steps` samples (not copies) behind the ticket's own in the global order, going round at its end.
  std::int64_t sample(std::int64_t ticket, std::int64_t steps = 0) const;
  // Which of the sample's copies the ticket stands for, 0 to R - 1.
  int copy(std::int64_t ticket) const;

 private:
  std::int64_t position(std::int64_t ticket) const;

  std::int64_t samples_;
  int batch_size_;
  EpochPlan plan_;
  int repeats_;
  std::int64_t first_ticket_;
  std::int64_t end_ticket_;
  std::optional<base::EpochPermutation> permutation_;
};

}  // namespace topfive::data
