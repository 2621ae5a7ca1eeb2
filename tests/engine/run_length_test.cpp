#include "topfive/engine/run_length.h"

#include "topfive/base/error.h"

#include "support/catch.h"

using topfive::engine::describe_batch;
using topfive::engine::device_batch_size;
using topfive::engine::run_length;

TEST_CASE("the length of a run follows epochs, batch size and the step limit", "[engine]") {
  topfive::engine::TrainConfig config;
  config.global_batch_size = 128;
  SECTION("ImageNet at 90 epochs") {
    config.num_epochs = 90;
    const auto length = run_length(config, 1'281'167);
    CHECK(length.steps_per_epoch == 10'009);
    CHECK(length.total_steps == 900'810);
    CHECK(length.num_epochs() == 90);
    CHECK(length.steps_in_epoch(89) == 10'009);
  }
  SECTION("a fraction of an epoch") {
    config.num_epochs = 1.5;
    const auto length = run_length(config, 1280);
    CHECK(length.total_steps == 15);
    CHECK(length.num_epochs() == 2);
    CHECK(length.steps_in_epoch(0) == 10);
    CHECK(length.steps_in_epoch(1) == 5);
  }
  SECTION("a step limit") {
    config.max_steps = 20;
    CHECK(run_length(config, 1280).total_steps == 20);
  }
  SECTION("a data set smaller than a batch") { CHECK_THROWS_AS(run_length(config, 127), topfive::base::UserError); }
}

TEST_CASE("the batch of a step is shared out and described", "[engine]") {
  topfive::engine::TrainConfig config;
  config.global_batch_size = 1024;
  CHECK(describe_batch(config, 1) == "global batch 1,024");
  config.accumulation_steps = 2;
  CHECK(describe_batch(config, 1) == "global batch 1,024 = 512 x 2 accumulation");
  CHECK(describe_batch(config, 8) == "global batch 1,024 = 8 ranks x 64 x 2 accumulation");
  CHECK(device_batch_size(config, 8) == 64);
  CHECK_THROWS_WITH(device_batch_size(config, 3), ContainsSubstring("no multiple of 3 ranks x 2 accumulation steps"));
}
