#include "topfive/engine/dry_run.h"

#include <torch/torch.h>

#include "topfive/engine/device.h"
#include "topfive/engine/memory_meter.h"
#include "topfive/models/parameter_count.h"

#include "small_run.h"
#include "support/catch.h"

using namespace topfive;
using namespace topfive::engine;
using topfive::tests::small_config;

namespace {

constexpr std::int64_t kKiB = 1024;

RunNeeds needs_of(const RunConfig& config, const dist::World& world = {}) {
  set_up_compute(1);
  const SplitInput train(config, "", data::Split::kTrain);
  const SplitInput eval(config, "", data::Split::kEval);
  const auto model = make_model(config, torch::kCPU);
  return measure_needs({config, torch::kCPU, *model, train, eval, world});
}

}  // namespace

TEST_CASE("the meter sees the most memory that tensors take at once, backward passes included", "[engine][dry_run]") {
  auto weight = torch::zeros({256 * kKiB}).requires_grad_();  // 1 MiB
  {
    const MemoryMeter meter(torch::kCPU);
    { const auto two = torch::empty({512 * kKiB}); }
    const auto one = torch::empty({256 * kKiB});
    CHECK(meter.peak_bytes() == 2048 * kKiB);
    CHECK(meter.held_bytes() == 1024 * kKiB);
  }
  const MemoryMeter meter(torch::kCPU);
  (weight * weight).sum().backward();
  CHECK(meter.held_bytes() >= 1024 * kKiB);  // the gradient
  CHECK(meter.held_bytes() < 1040 * kKiB);
  CHECK(meter.peak_bytes() > 2000 * kKiB);
}

TEST_CASE("needs of a small run are those that can be counted by hand", "[engine][dry_run]") {
  const auto config = small_config(R"({"checkpoint": {"keep": 3}})");
  const RunNeeds needs = needs_of(config);
  const auto model = make_model(config, torch::kCPU);
  const std::int64_t weights = models::parameter_count(*model) * 4;
  CHECK(needs.steps == 24);
  CHECK(needs.images == 192);
  CHECK(needs.epochs == 3.0);
  CHECK(needs.memory.parameters == weights);
  CHECK(needs.memory.gradients == weights);
  CHECK(needs.memory.optimizer == weights);  // the velocity
  CHECK(needs.memory.average == 0);
  CHECK(needs.device_batch == 8);
  CHECK(needs.measured_batch == 8);
  CHECK(needs.epoch_bytes == 64 * 28 * 28);
  CHECK(needs.checkpoint_bytes == 2 * weights);
  CHECK(needs.checkpoints == 5);
  CHECK(needs.step_seconds > 0.0);
  CHECK(needs.loader_seconds > 0.0);
  // LeNet-5 keeps at least the output of its first convolution (6 x 28 x 28), and nowhere near a hundred times that.
  CHECK(needs.memory.activations > 8 * 6 * 28 * 28 * 4);
  CHECK(needs.memory.activations < 100 * 8 * 6 * 28 * 28 * 4);
}

TEST_CASE("activations grow with the pictures that a device takes at once, not with the batch", "[engine][dry_run]") {
  const auto config = [](int batch, int parts) {
    return small_config(R"({"train": {"global_batch_size": )" + std::to_string(batch) + R"(, "accumulation_steps": )" +
                        std::to_string(parts) + R"(}, "data": {"synthetic": {"train_size": 256}}})");
  };
  const auto small = needs_of(config(64, 1));
  const auto large = needs_of(config(256, 1));
  const auto in_parts = needs_of(config(256, 4));
  const auto ratio = static_cast<double>(large.memory.activations) / static_cast<double>(small.memory.activations);
  CHECK(ratio > 3.0);
  CHECK(ratio < 5.0);
  CHECK(in_parts.device_batch == 64);
  CHECK(in_parts.memory.activations == Approx(static_cast<double>(small.memory.activations)).epsilon(0.2));
}

TEST_CASE("a rank's needs are those of its share, and gradients travel around the ring", "[engine][dry_run]") {
  dist::World world;
  world.size = 4;
  world.local_size = 2;
  const RunNeeds one = needs_of(small_config());
  const RunNeeds needs = needs_of(small_config(), world);
  CHECK(needs.steps == one.steps);
  CHECK(needs.images == one.images);
  CHECK(needs.device_batch == 2);
  CHECK(needs.memory.activations < one.memory.activations);
  CHECK(needs.parallel.ranks == 4);
  CHECK(needs.parallel.on_host == 2);
  CHECK(needs.parallel.gradient_bytes == needs.memory.gradients);
  CHECK(needs.parallel.sent_bytes == 6 * needs.memory.gradients / 4);
  CHECK(needs.parallel.buckets == 1);
  const auto narrow = small_config(R"({"parallel": {"gradients": {"precision": "bf16"}}})");
  CHECK(needs_of(narrow, world).parallel.sent_bytes == 3 * needs.memory.gradients / 4);
}

TEST_CASE("a rank that shares the optimizer's state needs memory for its part, and disk for all", "[engine][dry_run]") {
  dist::World world;
  world.size = world.local_size = 4;
  const RunNeeds whole = needs_of(small_config(), world);
  const RunNeeds shared = needs_of(small_config(R"({"parallel": {"shard_optimizer": true}})"), world);
  CHECK(shared.memory.optimizer < whole.memory.optimizer);
  CHECK(shared.memory.optimizer >= whole.memory.optimizer / 4);  // rank 0 keeps the largest parameter
  CHECK(shared.checkpoint_bytes == whole.checkpoint_bytes);
}

TEST_CASE("a dry run that fits ends well and writes nothing", "[engine][dry_run]") {
  const tests::TemporaryDirectory scratch;
  const auto config = small_config(R"({"checkpoint": {"keep": 1}})");
  const SplitInput train(config, "", data::Split::kTrain);
  const SplitInput eval(config, "", data::Split::kEval);
  const auto model = make_model(config, torch::kCPU);
  CHECK_NOTHROW(report_dry_run({config, torch::kCPU, *model, train, eval}, scratch / "run"));
  CHECK_FALSE(std::filesystem::exists(scratch / "run"));
  CHECK(find_room(torch::kCPU, scratch / "run").computes_on_host);
}
