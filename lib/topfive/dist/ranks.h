// All processes of a run, as one of them sees the others: sums, equal weights, equal decisions.
//
// Every function but rank(), size() and is_main() is a collective: all ranks call the same ones in the same order, on
// one thread. A rank that does not come makes it fail on the others after the time-out. All errors are
// UserError(kPeerFailed) and name what was going on.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <ATen/core/Tensor.h>

#include "topfive/dist/process_group.h"
#include "topfive/dist/world.h"

namespace topfive::dist {

class Ranks {
 public:
  // One process alone: it meets nobody, and what it gives to a collective is what it gets back.
  Ranks() = default;
  // Meets the others. `timeout` holds for this, and `operation_timeout` for every later operation; none: the same.
  Ranks(World world, const c10::Device& device, std::chrono::milliseconds timeout,
        std::optional<std::chrono::milliseconds> operation_timeout = std::nullopt);

  bool alone() const { return !group_; }

  int rank() const { return world_.rank; }
  int size() const { return world_.size; }
  bool is_main() const { return world_.is_main(); }
  const World& world() const { return world_; }
  const ProcessGroupPtr& group() const { return group_; }

  // Replaces the tensor by the sum over all ranks, which has the same bits everywhere. `what` is for the error text.
  void sum(at::Tensor& tensor, const std::string& what);
  std::int64_t sum(std::int64_t value, const std::string& what);
  // The same without waiting: the tensor is the sum after finish(). Not for one process alone.
  c10::intrusive_ptr<c10d::Work> begin_sum(at::Tensor& tensor, const std::string& what);
  void finish(c10d::Work& work, const std::string& what);
  // Rank `from`'s values everywhere, bit for bit. Tensors travel together, and an empty list is nothing at all.
  void broadcast(const std::vector<at::Tensor>& tensors, const std::string& what, int from = 0);
  std::string broadcast(const std::string& text, const std::string& what);
  // Rank `from`'s values on rank 0; the tensor is contiguous and lies on a CPU. Other ranks do not wait for these two.
  void to_main(const at::Tensor& tensor, int from, const std::string& what);
  // What each rank says, by rank, on all ranks.
  std::vector<std::string> gather(const std::string& text, const std::string& what);
  // UserError(kConfig) on every rank where not all say the same, naming the first rank that differs from rank 0.
  void require_equal(const std::string& what, const std::string& value);

 private:
  World world_;
  StorePtr store_;
  ProcessGroupPtr group_;
};

}  // namespace topfive::dist
