#include "topfive/data/epoch_order.h"

#include <algorithm>
#include <stdexcept>

namespace topfive::data {
namespace {

void require(bool holds, const char* what) {
  if (!holds) throw std::invalid_argument(what);
}

// Positions 0 to samples - 1 that lie in batches rank, rank + world_size, ...
std::int64_t tickets_in_whole_batches(std::int64_t samples, std::int64_t batch_size, const EpochPlan& plan) {
  const std::int64_t round = batch_size * plan.world_size;
  const std::int64_t rest = samples % round - plan.rank * batch_size;  // of the last, unfinished round, from its own on
  return samples / round * batch_size + std::clamp<std::int64_t>(rest, 0, batch_size);
}

}  // namespace

std::int64_t tickets_in_epoch(std::int64_t samples, int batch_size, const EpochPlan& plan) {
  if (plan.drop_last) {
    const std::int64_t global_batch = std::int64_t{plan.world_size} * batch_size;
    return samples / global_batch * batch_size;
  }
  if (plan.whole_batches) return tickets_in_whole_batches(samples, batch_size, plan);
  if (samples <= plan.rank) return 0;
  return (samples - plan.rank - 1) / plan.world_size + 1;
}

EpochOrder::EpochOrder(std::int64_t samples, int batch_size, std::uint64_t seed, const EpochPlan& plan, int repeats)
    : samples_(samples), batch_size_(batch_size), plan_(plan), repeats_(repeats) {
  require(samples >= 1 && batch_size >= 1, "an epoch needs samples and a batch size");
  require(repeats >= 1, "a sample has at least one copy");
  require(plan.world_size >= 1 && plan.rank >= 0 && plan.rank < plan.world_size, "rank out of range");
  require(!plan.whole_batches || !plan.drop_last, "whole batches are shared out with the last one");
  require(plan.epoch >= 0 && plan.first_batch >= 0, "epoch or first batch is negative");
  end_ticket_ = tickets_in_epoch(samples, batch_size, plan);
  // A resume at the very end of an epoch leaves nothing to do.
  const std::int64_t last_batch = (end_ticket_ + batch_size - 1) / batch_size;
  first_ticket_ = std::min(std::min(plan.first_batch, last_batch) * batch_size, end_ticket_);
  if (plan.shuffle) {
    permutation_.emplace(static_cast<std::uint64_t>(samples), seed, static_cast<std::uint64_t>(plan.epoch));
  }
}

std::int64_t EpochOrder::position(std::int64_t ticket) const {
  if (!plan_.whole_batches) return plan_.rank + ticket * plan_.world_size;
  const std::int64_t batch = ticket / batch_size_ * plan_.world_size + plan_.rank;
  return batch * batch_size_ + ticket % batch_size_;
}

std::int64_t EpochOrder::sample(std::int64_t ticket, std::int64_t steps) const {
  const std::int64_t place = (position(ticket) / repeats_ + steps) % samples_;
  if (!permutation_) return place;
  return static_cast<std::int64_t>((*permutation_)(static_cast<std::uint64_t>(place)));
}

int EpochOrder::copy(std::int64_t ticket) const { return static_cast<int>(position(ticket) % repeats_); }

}  // namespace topfive::data
