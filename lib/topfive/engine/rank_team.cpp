#include "topfive/engine/rank_team.h"

#include <utility>

#include <torch/torch.h>

#include "topfive/models/sync_batch_norm.h"

namespace topfive::engine {
namespace {

std::vector<std::pair<std::string, torch::Tensor>> learning_parameters(const models::ImageClassifier& model) {
  std::vector<std::pair<std::string, torch::Tensor>> parameters;
  for (const auto& parameter : model.named_parameters()) {
    if (parameter.value().requires_grad()) parameters.emplace_back(parameter.key(), parameter.value());
  }
  return parameters;
}

}  // namespace

RankTeam::~RankTeam() {
  // Every rank has begun the last vote: it ends, or the others are gone.
  if (!vote_in_flight_) return;
  try {
    vote_in_flight_->wait();
  } catch (const std::exception&) {  // NOLINT(bugprone-empty-catch): the run has ended, one way or the other
  }
}

void RankTeam::join(models::ImageClassifier& model, const ParallelConfig& config,
                    std::shared_ptr<dist::ReductionWatcher> watcher) {
  if (alone()) return;
  std::string shapes;
  for (const auto& parameter : model.named_parameters()) {
    shapes += parameter.key() + c10::str(parameter.value().sizes()) + " ";
  }
  ranks_->require_equal("network", shapes);
  {
    const torch::NoGradGuard no_gradients;
    ranks_->broadcast(model.parameters(), "sharing the weights");
  }
  share_buffers(model);
  if (config.sync_batch_norm) {
    models::synchronise_batch_norm(model, {ranks_->rank(), ranks_->size(), [this](torch::Tensor& tensor) {
                                             ranks_->sum(tensor, "normalising a batch");
                                           }});
  }
  averager_ = std::make_unique<dist::GradientAverager>(learning_parameters(model), ranks_->group(), config.gradients,
                                                       std::move(watcher));
}

void RankTeam::before_backward(bool last_part) {
  if (averager_) averager_->before_backward(last_part);
}

void RankTeam::share_buffers(models::ImageClassifier& model) {
  const torch::NoGradGuard no_gradients;
  ranks_->broadcast(model.buffers(), "sharing the running statistics");
}

void RankTeam::sum(torch::Tensor& tensor, const char* what) { ranks_->sum(tensor, what); }

std::int64_t RankTeam::sum(std::int64_t value, const char* what) { return ranks_->sum(value, what); }

std::string RankTeam::from_main(const std::string& text, const char* what) { return ranks_->broadcast(text, what); }

std::vector<std::string> RankTeam::gather(const std::string& text, const char* what) {
  return ranks_->gather(text, what);
}

void RankTeam::share(const std::vector<torch::Tensor>& tensors, int owner, const char* what) {
  const torch::NoGradGuard no_gradients;
  ranks_->broadcast(tensors, what, owner);
}

void RankTeam::to_main(const torch::Tensor& tensor, int owner, const char* what) {
  ranks_->to_main(tensor, owner, what);
}

StepWish RankTeam::finish_vote() {
  if (!vote_in_flight_) return {};
  ranks_->finish(*std::exchange(vote_in_flight_, nullptr), "agreeing on the next step");
  const auto* votes = vote_.const_data_ptr<std::int64_t>();
  return {votes[0] > 0, votes[1] > 0};
}

StepWish RankTeam::agree(const StepWish& wish) {
  if (alone()) return wish;
  const StepWish agreed = finish_vote();
  vote_ = torch::tensor({std::int64_t{wish.stop}, std::int64_t{wish.save}}, torch::kInt64);
  vote_in_flight_ = ranks_->begin_sum(vote_, "agreeing on the next step");
  return agreed;
}

void RankTeam::note(std::int64_t step, const char* phase) {
  if (pulse_ != nullptr) pulse_->set(step, phase);
}

}  // namespace topfive::engine
