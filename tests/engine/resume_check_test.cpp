#include "topfive/engine/resume_check.h"

#include <string>
#include <vector>

#include "topfive/base/error.h"
#include "topfive/base/log.h"

#include "base/error_of.h"
#include "support/catch.h"

using topfive::base::ExitCode;
using topfive::engine::check_same_run;
using topfive::engine::Provenance;
using topfive::tests::CaughtError;
using topfive::tests::error_of;

namespace {

Provenance made_from(const std::string& optimizer, double rate, const std::string& data) {
  return {R"({"optimizer": )" + optimizer + R"(, "schedule": {"base_learning_rate": )" + std::to_string(rate) +
              R"(}, "log": {"every_steps": 5}})",
          data,
          {},
          "",
          "",
          ""};
}

const std::string kSgd = R"({"type": "sgd", "momentum": 0.9})";
const std::string kOther = R"({"type": "sgd", "momentum": 0.5})";

CaughtError error_with(const Provenance& now, const std::vector<std::string>& accepted) {
  topfive::base::set_up_logging("off");  // An accepted change is a warning.
  const auto error = error_of([&] { check_same_run(made_from(kSgd, 0.1, "A"), now, accepted, "runs/a/step-1"); });
  topfive::base::set_up_logging("info");
  return error;
}

}  // namespace

TEST_CASE("a run goes on from its own checkpoint", "[resume]") {
  CHECK(error_with(made_from(kSgd, 0.1, "A"), {}).text == "no error");
}

TEST_CASE("a changed recipe is refused with the flags that accept it", "[resume]") {
  const auto error = error_with(made_from(kOther, 0.2, "A"), {});
  CHECK(error.code == ExitCode::kConfig);
  CHECK(
      error.text ==
      "the config differs from the checkpoint's in optimizer.momentum, schedule.base_learning_rate; resume with the "
      "same recipe, accept it with --accept-change optimizer.momentum --accept-change schedule.base_learning_rate, or "
      "start a new run in another --out");
}

TEST_CASE("an accepted key may differ, alone or with all below it; others may not", "[resume]") {
  const auto changed = made_from(kOther, 0.2, "A");
  CHECK(error_with(changed, {"optimizer.momentum", "schedule.base_learning_rate"}).text == "no error");
  CHECK(error_with(changed, {"optimizer", "schedule"}).text == "no error");
  CHECK_THAT(error_with(changed, {"optimizer"}).text, ContainsSubstring("in schedule.base_learning_rate;"));
  CHECK_THAT(error_with(changed, {"opt", "optimizer.mom", "schedule"}).text,
             ContainsSubstring("in optimizer.momentum;"));
}

TEST_CASE("changed pictures are refused unless accepted", "[resume]") {
  const auto error = error_with(made_from(kSgd, 0.1, "B"), {"optimizer"});
  CHECK(error.code == ExitCode::kBadData);
  CHECK_THAT(error.text, ContainsSubstring("runs/a/step-1") && ContainsSubstring("--accept-change data"));
  CHECK(error_with(made_from(kSgd, 0.1, "B"), {"data"}).text == "no error");
}
