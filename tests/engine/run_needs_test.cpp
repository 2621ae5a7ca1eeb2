#include "topfive/engine/run_needs.h"

#include "topfive/base/text.h"

#include "support/catch.h"

using namespace topfive::engine;

namespace {

constexpr std::int64_t kMiB = 1 << 20;
constexpr std::int64_t kGiB = 1 << 30;

RunNeeds resnet50() {
  RunNeeds needs;
  needs.steps = 450'000;
  needs.warmup_steps = 25'000;
  needs.images = 115'200'000;
  needs.epochs = 90.0;
  needs.memory = {.parameters = 100 * kMiB,
                  .gradients = 100 * kMiB,
                  .optimizer = 100 * kMiB,
                  .average = 0,
                  .activations = 22 * kGiB,
                  .input_ring = 512 * kMiB};
  needs.device_batch = 256;
  needs.measured_batch = 256;
  needs.epoch_bytes = 138 * kGiB;
  needs.checkpoint_bytes = 200 * kMiB;
  needs.checkpoints = 4;
  needs.step_seconds = 1.0 / 400.0;
  needs.loader_seconds = 1.0 / 1000.0;
  return needs;
}

std::string text_of(const RunNeeds& needs, const RunRoom& room) {
  return topfive::base::join(describe_needs(needs, room), "\n");
}

}  // namespace

TEST_CASE("sizes are said in the unit that fits", "[run_watch]") {
  CHECK(format_bytes(0) == "0 bytes");
  CHECK(format_bytes(1023) == "1023 bytes");
  CHECK(format_bytes(1536) == "1.5 KiB");
  CHECK(format_bytes(300 * kMiB) == "300 MiB");
  CHECK(format_bytes(2 * kGiB + kGiB / 5) == "2.2 GiB");
}

TEST_CASE("needs are told part by part, with sums and what there is", "[run_watch]") {
  const std::string text = text_of(resnet50(), {.host_memory = 60 * kGiB, .disk = 50 * kGiB});
  CHECK_THAT(text,
             ContainsSubstring("warm-up    25,000 of 450,000 steps") &&
                 ContainsSubstring("weights 100 MiB, gradients 100 MiB, optimizer 100 MiB, activations 22.0 GiB at "
                                   "256 pictures, input 512 MiB: 22.8 GiB of 60.0 GiB"));
  CHECK_THAT(text, ContainsSubstring("138 GiB an epoch, 12.1 TiB in all") &&
                       ContainsSubstring("4 checkpoints of 200 MiB: 800 MiB of 50.0 GiB free"));
  CHECK(find_misfits(resnet50(), {.host_memory = 60 * kGiB, .disk = 50 * kGiB}).empty());
}

TEST_CASE("what was measured with fewer pictures is said, and an average where it is kept", "[run_watch]") {
  RunNeeds needs = resnet50();
  needs.measured_batch = 8;
  needs.memory.average = 100 * kMiB;
  CHECK_THAT(text_of(needs, {}),
             ContainsSubstring("average 100 MiB") && ContainsSubstring("at 256 pictures (measured at 8)"));
}

TEST_CASE("the slower of step and loader decides on a GPU, the sum of both on shared cores", "[run_watch]") {
  RunNeeds needs = resnet50();
  CHECK_THAT(text_of(needs, {}), ContainsSubstring("step 400.0 img/s, loader 1000.0 img/s, each alone: the step") &&
                                     ContainsSubstring("about 80 hours"));
  needs.loader_seconds = 1.0 / 200.0;
  CHECK_THAT(text_of(needs, {}), ContainsSubstring("data-bound") && ContainsSubstring("about 160 hours"));
  needs.images = 1000;
  CHECK_THAT(text_of(needs, {}), ContainsSubstring("about 0.1 minutes for 1,000 pictures"));
  needs.images = resnet50().images;
  needs.shared_cores = true;
  CHECK_THAT(text_of(needs, {}), ContainsSubstring("on the same cores") && ContainsSubstring("about 240 hours"));
  needs.loader_share = 0.5;
  CHECK_THAT(text_of(needs, {}), ContainsSubstring("about 160 hours"));
}

TEST_CASE("memory that is not there is reported with what to change", "[run_watch]") {
  const auto misfits = find_misfits(resnet50(), {.host_memory = 20 * kGiB});
  REQUIRE(misfits.size() == 1);
  CHECK_THAT(misfits[0], StartsWith("memory: 22.8 GiB needed, 20.0 GiB there; raise train.accumulation_steps"));
}

TEST_CASE("the memory of a device and of its host are told apart", "[run_watch]") {
  RunRoom room{.host_memory = 256 * kMiB, .device_memory = 16 * kGiB, .computes_on_host = false};
  const auto misfits = find_misfits(resnet50(), room);
  REQUIRE(misfits.size() == 2);
  CHECK_THAT(misfits[0], StartsWith("device memory: 22.3 GiB needed, 16.0 GiB there"));
  CHECK_THAT(misfits[1], StartsWith("memory: 512 MiB needed, 256 MiB there; lower data.ring_batches"));
}

TEST_CASE("several ranks share the pictures, and those of a host its memory", "[run_watch]") {
  RunNeeds needs = resnet50();
  needs.parallel = {.ranks = 4, .on_host = 2, .gradient_bytes = 100 * kMiB, .sent_bytes = 150 * kMiB, .buckets = 5};
  const std::string text = text_of(needs, {.host_memory = 60 * kGiB});
  CHECK_THAT(text, ContainsSubstring(": 22.8 GiB a rank, 45.6 GiB for the 2 on this host of 60.0 GiB"));
  CHECK_THAT(text, ContainsSubstring("gradients  each rank sends 150 MiB a step (ring all-reduce: 2 x 3/4 x 100 MiB), "
                                     "in 5 buckets while backward runs: 126 ms at 10 Gbit/s"));
  CHECK_THAT(text, ContainsSubstring("step 400.0 img/s a rank") && ContainsSubstring("about 20 hours") &&
                       ContainsSubstring("as if each of the 4 ranks were as fast as the one measured; not measured"));
  REQUIRE(find_misfits(needs, {.host_memory = 40 * kGiB}).size() == 1);
  CHECK_THAT(find_misfits(needs, {.host_memory = 40 * kGiB})[0],
             StartsWith("memory of the 2 ranks on this host: 45.6 GiB needed, 40.0 GiB there"));
  // Each on a device of its own: only what waits for it lies on the host.
  const RunRoom devices{.host_memory = 2 * kGiB, .device_memory = 80 * kGiB, .computes_on_host = false};
  CHECK_THAT(text_of(needs, devices),
             ContainsSubstring("22.3 GiB of 80.0 GiB on the device of each rank; of its host's "
                               "memory, 1.0 GiB for the 2 on this host of 2.0 GiB"));
  CHECK(find_misfits(needs, devices).empty());
}

TEST_CASE("ranks with more threads than cores are no faster together than one", "[run_watch]") {
  RunNeeds needs = resnet50();
  needs.shared_cores = true;
  needs.loader_seconds = 0.0;
  needs.parallel = {.ranks = 2, .on_host = 2, .step_cores = 0.5};
  CHECK_THAT(text_of(needs, {}), ContainsSubstring("about 80 hours") &&
                                     ContainsSubstring("their threads are more than the cores: 50 % of the speed"));
}

TEST_CASE("gradients in bf16 are told", "[run_watch]") {
  RunNeeds needs = resnet50();
  needs.parallel = {.ranks = 2, .gradient_bytes = 50 * kMiB, .sent_bytes = 50 * kMiB, .buckets = 1};
  needs.parallel.narrow_gradients = true;
  CHECK_THAT(text_of(needs, {}), ContainsSubstring("2 x 1/2 x 50.0 MiB in bf16), in 1 bucket while"));
}

TEST_CASE("a disk that is too small is reported, and one that is unknown is not", "[run_watch]") {
  const auto misfits = find_misfits(resnet50(), {.disk = 500 * kMiB});
  REQUIRE(misfits.size() == 1);
  CHECK_THAT(misfits[0], StartsWith("disk for checkpoints: 800 MiB needed, 500 MiB there"));
  CHECK(find_misfits(resnet50(), {}).empty());
}
