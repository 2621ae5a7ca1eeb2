#include "topfive/engine/non_finite.h"

#include "support/catch.h"

using namespace topfive::engine;

TEST_CASE("a loss that is not finite ends the run unless the config says otherwise", "[run_watch]") {
  CHECK(choose_action(HealthConfig{}, {}) == NonFiniteAction::kStop);
}

TEST_CASE("steps are left out until their cap is reached", "[run_watch]") {
  HealthConfig config;
  config.on_non_finite = OnNonFinite::kSkip;
  config.max_skipped_steps = 2;
  CHECK(choose_action(config, {0, 9}) == NonFiniteAction::kSkip);
  CHECK(choose_action(config, {1, 9}) == NonFiniteAction::kSkip);
  CHECK(choose_action(config, {2, 0}) == NonFiniteAction::kStop);
}

TEST_CASE("a run goes back until the cap of rollbacks is reached", "[run_watch]") {
  HealthConfig config;
  config.on_non_finite = OnNonFinite::kRollback;
  CHECK(choose_action(config, {9, 2}) == NonFiniteAction::kRollback);
  CHECK(choose_action(config, {0, 3}) == NonFiniteAction::kStop);
}

TEST_CASE("the end is explained with the step, what was tried and what to do", "[run_watch]") {
  HealthConfig config;
  CHECK_THAT(explain_stop(config, {}, 1234), ContainsSubstring("step 1,234:") && ContainsSubstring("warm-up"));
  config.on_non_finite = OnNonFinite::kSkip;
  CHECK_THAT(explain_stop(config, {100, 0}, 7), ContainsSubstring("100 steps were left out"));
  config.on_non_finite = OnNonFinite::kRollback;
  CHECK_THAT(explain_stop(config, {0, 3}, 7), ContainsSubstring("after 3 rollbacks"));
}

TEST_CASE("the section health names its keys and choices", "[run_watch]") {
  const auto parse = [](const std::string& json) {
    const auto document = topfive::base::ConfigDocument::parse(json, "test.json");
    return HealthConfig::fields().parse(topfive::base::ConfigNode(document));
  };
  CHECK(parse(R"({"on_non_finite": "rollback"})").on_non_finite == OnNonFinite::kRollback);
  CHECK_THROWS_WITH(parse(R"({"on_non_finite": "ignore"})"), ContainsSubstring("stop, skip, rollback"));
  CHECK_THROWS_WITH(parse(R"({"max_rollback": 1})"), ContainsSubstring("max_rollbacks"));
}
