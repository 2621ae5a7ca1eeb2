#include <chrono>
#include <condition_variable>
#include <mutex>

#include <torch/torch.h>

#include "topfive/dist/gradient_averager.h"
#include "topfive/dist/ranks.h"

#include "dist/rank_processes.h"
#include "support/catch.h"

using namespace topfive;
using base::ExitCode;

namespace {

constexpr std::int64_t kImages = 48;

// Two layers above a bucket's size and small ones between, so that there are several buckets.
torch::nn::Sequential network() {
  torch::manual_seed(3);
  return torch::nn::Sequential(torch::nn::Linear(64, 700), torch::nn::ReLU(), torch::nn::Linear(700, 600),
                               torch::nn::ReLU(), torch::nn::Linear(600, 10));
}

torch::Tensor images() {
  torch::manual_seed(4);
  return torch::randn({kImages, 64});
}

torch::Tensor mean_loss(torch::nn::Sequential& model, const torch::Tensor& part) {
  return model->forward(part).square().mean();
}

std::vector<std::pair<std::string, torch::Tensor>> parameters_of(torch::nn::Sequential& model) {
  std::vector<std::pair<std::string, torch::Tensor>> parameters;
  for (const auto& parameter : model->named_parameters()) parameters.emplace_back(parameter.key(), parameter.value());
  return parameters;
}

// The largest difference to the gradients of the whole batch in one process, relative to the largest gradient.
double worst_difference(torch::nn::Sequential& model) {
  auto alone = network();
  mean_loss(alone, images()).backward();
  double worst = 0.0;
  const auto expected = alone->parameters();
  const auto found = model->parameters();
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const auto scale = expected[i].grad().abs().max();
    worst = std::max(worst, ((found[i].grad() - expected[i].grad()).abs().max() / scale).item<double>());
  }
  return worst;
}

// Three steps without an update.
double averaged_difference(dist::Ranks& ranks, const dist::AveragerConfig& config, int parts) {
  auto model = network();
  dist::GradientAverager averager(parameters_of(model), ranks.group(), config);
  const auto share = images().chunk(ranks.size())[static_cast<std::size_t>(ranks.rank())];
  double worst = 0.0;
  for (int step = 0; step < 3; ++step) {
    model->zero_grad();
    for (int part = 0; part < parts; ++part) {
      const auto loss = mean_loss(model, share.chunk(parts)[static_cast<std::size_t>(part)]) / parts;
      averager.before_backward(part + 1 == parts);
      loss.backward();
    }
    worst = std::max(worst, worst_difference(model));
  }
  return worst;
}

class CountingWatcher : public dist::ReductionWatcher {
 public:
  std::int64_t started(std::int64_t bytes) override {
    const std::lock_guard lock(mutex_);
    bytes_.push_back(bytes);
    ++under_way_;
    return static_cast<std::int64_t>(bytes_.size()) - 1;
  }
  void ended(std::int64_t reduction) override {
    const std::lock_guard lock(mutex_);
    ended_.push_back(reduction);
    --under_way_;
    all_ended_.notify_all();
  }
  bool wait_for_all() {
    std::unique_lock lock(mutex_);
    return all_ended_.wait_for(lock, std::chrono::seconds{10}, [this] { return under_way_ == 0; });
  }
  std::vector<std::int64_t> bytes() const { return bytes_; }
  std::size_t num_ended() const { return ended_.size(); }

 private:
  std::mutex mutex_;
  std::condition_variable all_ended_;
  std::vector<std::int64_t> bytes_;
  std::vector<std::int64_t> ended_;
  int under_way_ = 0;
};

// All gradients after each of three steps, in one vector. Every second step they are cleared, else they add up.
torch::Tensor gradients_of_steps(dist::Ranks& ranks, const dist::AveragerConfig& config,
                                 const std::shared_ptr<dist::ReductionWatcher>& watcher) {
  auto model = network();
  dist::GradientAverager averager(parameters_of(model), ranks.group(), config, watcher);
  const auto share = images().chunk(ranks.size())[static_cast<std::size_t>(ranks.rank())];
  std::vector<torch::Tensor> all;
  for (const bool clear : {true, false, true}) {
    if (clear) model->zero_grad();
    averager.before_backward(true);
    mean_loss(model, share).backward();
    for (const auto& parameter : model->parameters()) all.push_back(parameter.grad().flatten().clone());
  }
  return torch::cat(all);
}

}  // namespace

TEST_CASE("rank: averages gradients", "[.rank]") {
  dist::Ranks ranks = tests::meet();
  for (const int parts : {1, 2}) CHECK(averaged_difference(ranks, {.bucket_mb = 1}, parts) < 1e-5);
}

TEST_CASE("gradients of two, three and four ranks are those of one process, also in several parts") {
  for (const int num_ranks : {2, 3, 4}) {
    CHECK(tests::run_as_ranks("rank: averages gradients", num_ranks) == ExitCode::kOk);
  }
}

TEST_CASE("rank: averages rounded gradients", "[.rank]") {
  dist::Ranks ranks = tests::meet();
  dist::AveragerConfig config;
  config.precision = dist::GradientPrecision::kBfloat16;
  const double difference = averaged_difference(ranks, config, 1);
  CHECK(difference < 0.01);
  CHECK(difference > 1e-5);  // they were rounded
}

TEST_CASE("gradients that travel as bf16 differ by its rounding only") {
  CHECK(tests::run_as_ranks("rank: averages rounded gradients", 2) == ExitCode::kOk);
}

TEST_CASE("rank: averages to the same bits in every step", "[.rank]") {
  dist::Ranks ranks = tests::meet();
  auto model = network();
  dist::GradientAverager averager(parameters_of(model), ranks.group(), {.bucket_mb = 1});
  const auto share = images().chunk(ranks.size())[static_cast<std::size_t>(ranks.rank())];
  std::vector<torch::Tensor> first;
  for (int step = 0; step < 3; ++step) {
    model->zero_grad();
    averager.before_backward(true);
    mean_loss(model, share).backward();
    for (std::size_t i = 0; i < model->parameters().size(); ++i) {
      const auto gradient = model->parameters()[i].grad();
      if (step == 0) first.push_back(gradient.clone());
      CHECK(torch::equal(gradient, first[i]));
    }
  }
}

TEST_CASE("four ranks add up their gradients in the same order in every step") {
  CHECK(tests::run_as_ranks("rank: averages to the same bits in every step", 4) == ExitCode::kOk);
}

TEST_CASE("rank: watches its all-reduces", "[.rank]") {
  dist::Ranks ranks = tests::meet();
  for (const auto precision : {dist::GradientPrecision::kFull, dist::GradientPrecision::kBfloat16}) {
    const dist::AveragerConfig config{.bucket_mb = 1, .precision = precision};
    const auto expected = gradients_of_steps(ranks, config, nullptr);
    const auto watcher = std::make_shared<CountingWatcher>();
    CHECK(torch::equal(gradients_of_steps(ranks, config, watcher), expected));

    REQUIRE(watcher->wait_for_all());
    const auto bytes = watcher->bytes();
    CHECK(bytes.size() >= 6);  // two buckets or more in each step
    CHECK(watcher->num_ended() == bytes.size());
    std::int64_t total = 0;
    for (const auto of_one : bytes) total += of_one;
    CHECK(total == expected.numel() * (precision == dist::GradientPrecision::kFull ? 4 : 2));
  }
}

TEST_CASE("watched all-reduces tell of each bucket once and leave every bit of the gradients as it is") {
  for (const int num_ranks : {2, 3}) {
    CHECK(tests::run_as_ranks("rank: watches its all-reduces", num_ranks) == ExitCode::kOk);
  }
}
