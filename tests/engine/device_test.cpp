#include "topfive/engine/device.h"

#include <torch/cuda.h>

#include "topfive/base/error.h"
#include "topfive/engine/train_run.h"

#include "support/catch.h"

using topfive::base::ExitCode;
using topfive::base::UserError;
using topfive::engine::choose_device;
using topfive::engine::parse_duration;

TEST_CASE("a device is chosen by name", "[engine]") {
  CHECK(choose_device("cpu").is_cpu());
  CHECK(choose_device("auto").is_cuda() == torch::cuda::is_available());
}

TEST_CASE("processes that use two devices each take every second one, where there are enough", "[engine]") {
  using topfive::engine::first_device_of;
  CHECK(first_device_of(1, 2, 1, 4) == 1);
  CHECK(first_device_of(0, 2, 2, 4) == 0);
  CHECK(first_device_of(1, 2, 2, 4) == 2);
  CHECK(first_device_of(1, 2, 2, 2) == 1);  // both columns on one device each
}

TEST_CASE("a device that is not there is refused with what is", "[engine]") {
  const auto name = GENERATE(as<std::string>(), "gpu", "99", "cpu,cpu", "", "-1", "0x", "99999999999");
  try {
    choose_device(name);
    FAIL("accepted " << name);
  } catch (const UserError& error) {
    CHECK(error.code() == ExitCode::kUsage);
    CHECK_THAT(error.what(), ContainsSubstring("available: auto, cpu"));
  }
}

TEST_CASE("a duration is hours, minutes and seconds", "[engine]") {
  CHECK(parse_duration("90s").count() == 90);
  CHECK(parse_duration("30m").count() == 1800);
  CHECK(parse_duration("3h").count() == 10'800);
  CHECK(parse_duration("1h30m5s").count() == 5405);
}

TEST_CASE("a duration without unit, without number or of nothing is refused", "[engine]") {
  const auto text = GENERATE(as<std::string>(), "", "5", "h", "3d", "1h30", "0s", "-5m", "1 h", "9999999999999s");
  CHECK_THROWS_AS(parse_duration(text), UserError);
}
