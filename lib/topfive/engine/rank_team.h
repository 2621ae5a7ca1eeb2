// What a trainer does together with the trainers of the other ranks. Alone, every part of it is nothing at all.
//
// All ranks hold equal weights and take equal decisions in the same step: what a decision rests on is summed or told by
// rank 0 first. Rank 0 alone logs and saves.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <torch/types.h>

#include "topfive/dist/gradient_averager.h"
#include "topfive/dist/pulse.h"
#include "topfive/dist/ranks.h"
#include "topfive/dist/watched_group.h"
#include "topfive/engine/parallel_config.h"
#include "topfive/models/image_classifier.h"

namespace topfive::engine {

// What one rank would like to happen after this step.
struct StepWish {
  bool stop = false;
  bool save = false;
};

// One thread: the one that trains.
class RankTeam {
 public:
  // Borrows `ranks` and `pulse`; null where there is one process alone.
  RankTeam(dist::Ranks* ranks, dist::Pulse* pulse) : ranks_(ranks != nullptr ? ranks : &nobody_), pulse_(pulse) {}
  ~RankTeam();
  RankTeam(const RankTeam&) = delete;
  RankTeam& operator=(const RankTeam&) = delete;

  bool alone() const { return ranks_->alone(); }
  bool is_main() const { return ranks_->is_main(); }
  const dist::World& world() const { return ranks_->world(); }

  // Gives every rank the weights and buffers of rank 0, and averages gradients from then on. The watcher, where there
  // is one, is told of each all-reduce of gradients.
  void join(models::ImageClassifier& model, const ParallelConfig& config,
            std::shared_ptr<dist::ReductionWatcher> watcher = nullptr);
  // Call between forward and backward of each part of a step.
  void before_backward(bool last_part);
  // The running statistics of rank 0, which are the ones that count, on all ranks: before they are used.
  void share_buffers(models::ImageClassifier& model);

  // Replaces the tensor, on a CPU, by the sum over all ranks.
  void sum(torch::Tensor& tensor, const char* what);
  std::int64_t sum(std::int64_t value, const char* what);
  std::string from_main(const std::string& text, const char* what);
  std::vector<std::string> gather(const std::string& text, const char* what);
  // The values that rank `owner` has in these tensors, on all ranks.
  void share(const std::vector<torch::Tensor>& tensors, int owner, const char* what);
  // The same of one tensor, contiguous and on a CPU, on rank 0 only.
  void to_main(const torch::Tensor& tensor, int owner, const char* what);

  // What the ranks together wished one call ago: true where any of them wished it. So a signal to one rank stops all of
  // them in the same step, and nobody waits for the answer. Alone, it is the present wish.
  StepWish agree(const StepWish& wish);

  // Tells the heartbeat where this rank is. `phase` is a literal.
  void note(std::int64_t step, const char* phase);

 private:
  StepWish finish_vote();

  dist::Ranks nobody_;
  dist::Ranks* ranks_;
  dist::Pulse* pulse_;
  std::unique_ptr<dist::GradientAverager> averager_;
  torch::Tensor vote_;  // [2]: ranks that wish to stop, to save
  c10::intrusive_ptr<c10d::Work> vote_in_flight_;
};

}  // namespace topfive::engine
