#include "topfive/engine/sharded_optimizer.h"

#include <limits>
#include <memory>

#include <torch/torch.h>

#include "topfive/engine/device.h"
#include "topfive/engine/train_step.h"

#include "dist/rank_processes.h"
#include "small_run.h"
#include "support/catch.h"

using namespace topfive;
using base::ExitCode;

namespace {

constexpr int kNumSteps = 6;
constexpr int kBadStep = 2;  // a gradient of one rank is not finite

std::vector<optim::OptimizerConfig> every_kind() {
  optim::SgdConfig without_state;
  without_state.momentum = 0.0;
  optim::LambConfig lamb;
  lamb.max_gradient_norm = 1.0;  // of all gradients, whoever updates the parameters
  optim::RmsPropConfig rmsprop;
  rmsprop.centered = true;
  rmsprop.momentum = 0.9;
  return {optim::SgdConfig{}, without_state, optim::AdamWConfig{}, lamb, optim::MuonConfig{}, rmsprop};
}

engine::RunConfig config_with(const optim::OptimizerConfig& optimizer, bool shared) {
  auto config = tests::small_config(R"({"train": {"channels_last": true}})");
  config.optimizer = optimizer;
  config.parallel.shard_optimizer = shared;
  return config;
}

// A network that one of several ranks trains. Its pictures are a function of step and rank.
class Learner {
 public:
  Learner(dist::Ranks& ranks, const engine::RunConfig& config)
      : ranks_(ranks), team_(&ranks, nullptr), model_(make_model(config)) {
    optimizer_ = engine::make_run_optimizer(config, *model_, team_);
    team_.join(*model_, config.parallel);
    engine::TrainStepOptions options;
    options.skip_non_finite = true;
    options.clip.norm = 1.0;
    options.team = &team_;
    step_ = std::make_unique<engine::TrainStep>(*model_, *optimizer_, options, clock_);
  }

  void train(int first, int last) {
    for (int step = first; step < last; ++step) {
      torch::manual_seed(100 * step + ranks_.rank());
      auto images = torch::randn({4, 1, 28, 28});
      if (step == kBadStep && ranks_.rank() == 1) images.fill_(std::numeric_limits<float>::infinity());
      step_->add({images, torch::randint(4, {4}, torch::kInt64)});
      CHECK(step_->update(0.01).skipped == (step == kBadStep));
    }
  }

  // Of rank 0 the whole state, on all ranks.
  optim::NamedTensors saved_state() {
    optimizer_->gather_state();
    optim::NamedTensors saved;
    std::vector<torch::Tensor> tensors;
    for (const auto& [name, tensor] : optimizer_->state()) {
      tensors.push_back(ranks_.is_main() ? tensor.clone() : torch::zeros(tensor.sizes(), tensor.scalar_type()));
      saved.emplace_back(name, tensors.back());
    }
    ranks_.broadcast(tensors, "a test");
    return saved;
  }

  void go_on_from(Learner& other) {
    const torch::NoGradGuard no_gradients;
    const auto weights = other.model_->parameters();
    for (std::size_t i = 0; i < weights.size(); ++i) model_->parameters()[i].copy_(weights[i]);
    optimizer_->load_state(other.saved_state());
  }

  bool shares() const { return dynamic_cast<engine::ShardedOptimizer*>(optimizer_.get()) != nullptr; }
  engine::StateBytes state_bytes() const { return engine::state_bytes(*optimizer_); }
  std::vector<torch::Tensor> weights() const { return model_->parameters(); }

 private:
  static std::shared_ptr<models::ImageClassifier> make_model(const engine::RunConfig& config) {
    engine::set_up_compute(1);  // the ranks of a test share its cores
    torch::manual_seed(3);
    auto model = engine::make_model(config, torch::kCPU);
    model->train();
    return model;
  }

  dist::Ranks& ranks_;
  engine::RankTeam team_;
  std::shared_ptr<models::ImageClassifier> model_;
  std::unique_ptr<optim::Optimizer> optimizer_;
  engine::StepClock clock_;
  std::unique_ptr<engine::TrainStep> step_;
};

void check_same_bits(Learner& found, Learner& expected) {
  for (std::size_t i = 0; i < expected.weights().size(); ++i) {
    CHECK(torch::equal(found.weights()[i], expected.weights()[i]));
  }
  const auto expected_state = expected.saved_state();
  const auto state = found.saved_state();
  REQUIRE(state.size() == expected_state.size());
  for (std::size_t i = 0; i < state.size(); ++i) {
    CHECK(state[i].first == expected_state[i].first);
    CHECK(torch::equal(state[i].second, expected_state[i].second));
  }
}

}  // namespace

TEST_CASE("rank: shares the optimizer's state", "[.rank]") {
  dist::Ranks ranks = tests::meet();
  for (const optim::OptimizerConfig& kind : every_kind()) {
    CAPTURE(optim::optimizer_alternatives().dump(kind).dump());
    Learner whole(ranks, config_with(kind, false));
    Learner shared(ranks, config_with(kind, true));
    CHECK(shared.shares() == (ranks.size() > 1));
    whole.train(0, kNumSteps);
    shared.train(0, kNumSteps);
    check_same_bits(shared, whole);
  }
}

TEST_CASE("an optimizer that ranks share makes the weights and the state of a whole one, bit for bit") {
  for (const int num_ranks : {2, 3}) {
    CHECK(tests::run_as_ranks("rank: shares the optimizer's state", num_ranks) == ExitCode::kOk);
  }
}

TEST_CASE("rank: begins and ends to share the optimizer's state", "[.rank]") {
  dist::Ranks ranks = tests::meet();
  for (const optim::OptimizerConfig& kind : every_kind()) {
    CAPTURE(optim::optimizer_alternatives().dump(kind).dump());
    Learner straight(ranks, config_with(kind, false));
    straight.train(0, kNumSteps);
    for (const bool first_shares : {true, false}) {
      Learner first(ranks, config_with(kind, first_shares));
      first.train(0, 3);
      Learner second(ranks, config_with(kind, !first_shares));
      second.go_on_from(first);
      second.train(3, kNumSteps);
      check_same_bits(second, straight);
    }
  }
}

TEST_CASE("a run may begin and end to share its optimizer's state on the way, with the same bits") {
  for (const int num_ranks : {2, 3}) {
    CHECK(tests::run_as_ranks("rank: begins and ends to share the optimizer's state", num_ranks) == ExitCode::kOk);
  }
}

TEST_CASE("rank: keeps a part of the state", "[.rank]") {
  dist::Ranks ranks = tests::meet();
  const optim::OptimizerConfig adamw = optim::AdamWConfig{};
  const engine::StateBytes whole = Learner(ranks, config_with(adamw, false)).state_bytes();
  const engine::StateBytes part = Learner(ranks, config_with(adamw, true)).state_bytes();
  CHECK(whole.kept == whole.whole);
  CHECK(part.whole == whole.whole);
  CHECK(part.kept < whole.whole);
  CHECK(ranks.sum(part.kept, "a test") == whole.whole + (ranks.size() - 1) * 8);  // each has the number of steps
}

TEST_CASE("the parts of the state that ranks keep are together one whole state") {
  for (const int num_ranks : {2, 3}) {
    CHECK(tests::run_as_ranks("rank: keeps a part of the state", num_ranks) == ExitCode::kOk);
  }
}

TEST_CASE("one process alone shares nothing") {
  auto config = tests::small_config();
  config.parallel.shard_optimizer = true;
  engine::RankTeam alone(nullptr, nullptr);
  const auto model = engine::make_model(config, torch::kCPU);
  const auto optimizer = engine::make_run_optimizer(config, *model, alone);
  CHECK(dynamic_cast<engine::ShardedOptimizer*>(optimizer.get()) == nullptr);
  for (const auto& [name, tensor] : optimizer->state()) CHECK_FALSE(tensor.is_meta());
}
