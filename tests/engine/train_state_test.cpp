#include "topfive/engine/train_state.h"

#include <string>

#include "topfive/base/error.h"

#include "support/catch.h"

using topfive::engine::differing_keys;
using topfive::engine::dump_state;
using topfive::engine::parse_state;
using topfive::engine::StateFile;

namespace {

StateFile example() {
  StateFile file;
  file.state.step = 1'234'567'890'123;
  file.state.epoch = 3;
  file.state.batch_in_epoch = 17;
  file.state.epoch_loss_sum = 0.1 + 0.2;  // no short decimal form
  file.state.record_loss_sum = 1e-300;
  file.state.best_top1_error = 1.0 / 3.0;
  file.state.random_state = "00ff";
  file.provenance.config_json = R"({"model":{"type":"alexnet"}})";
  file.provenance.class_names = {"n01440764", "with \"quotes\"", "not \xff UTF-8"};
  file.provenance.data_fingerprint = "abc";
  return file;
}

}  // namespace

TEST_CASE("a train state survives the way through text to the last bit", "[checkpoint]") {
  const StateFile before = example();
  const StateFile after = parse_state(dump_state(before), "state.json");
  CHECK(after.state.step == before.state.step);
  CHECK(after.state.batch_in_epoch == before.state.batch_in_epoch);
  CHECK(after.state.epoch_loss_sum == before.state.epoch_loss_sum);
  CHECK(after.state.record_loss_sum == before.state.record_loss_sum);
  CHECK(after.state.best_top1_error == before.state.best_top1_error);
  CHECK(after.state.random_state == before.state.random_state);
  CHECK(after.provenance.class_names[1] == before.provenance.class_names[1]);
  CHECK(dump_state(after) == dump_state(before));
}

TEST_CASE("a state that is not one is refused with its name", "[checkpoint]") {
  const auto text = GENERATE(as<std::string>(), "", "{", "[]", R"({"format_version":1})", R"({"format_version":2})");
  try {
    parse_state(text, "run/state.json");
    FAIL("accepted " << text);
  } catch (const topfive::base::UserError& error) {
    CHECK(error.code() == topfive::base::ExitCode::kBadData);
    CHECK_THAT(error.what(), StartsWith("run/state.json: "));
  }
}

TEST_CASE("only keys that change the result count as a different recipe", "[checkpoint]") {
  const std::string before = R"({"log":{"every_steps":1},"optimizer":{"momentum":0.9},"data":{"ring_batches":2}})";
  CHECK(differing_keys(before, before).empty());
  CHECK(differing_keys(before, R"({"log":{"every_steps":9},"optimizer":{"momentum":0.9},"data":{"ring_batches":8}})")
            .empty());
  CHECK(differing_keys(before, R"({"log":{"every_steps":1},"optimizer":{"momentum":0.8},"data":{"ring_batches":2}})") ==
        std::vector<std::string>{"optimizer.momentum"});
  // Also where a checkpoint is older than such a key.
  CHECK(differing_keys(R"({"parallel":{}})", R"({"parallel":{"shard_optimizer":true}})").empty());
}
